// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';

export interface OwnerClaim {
  'claimant'?: (_messages_SessionRef | null);
  'cartId'?: (string);
  'epoch'?: (number);
}

export interface OwnerClaim__Output {
  'claimant': (_messages_SessionRef__Output | null);
  'cartId': (string);
  'epoch': (number);
}
