// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';
import type { OwnedCart as _messages_OwnedCart, OwnedCart__Output as _messages_OwnedCart__Output } from '../messages/OwnedCart.ts';

export interface CartIdsReply {
  'self'?: (_messages_SessionRef | null);
  'carts'?: (_messages_OwnedCart)[];
  'more'?: (boolean);
}

export interface CartIdsReply__Output {
  'self': (_messages_SessionRef__Output | null);
  'carts': (_messages_OwnedCart__Output)[];
  'more': (boolean);
}
