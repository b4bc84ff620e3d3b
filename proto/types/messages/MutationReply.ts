// Original file: proto/cart_actor.proto

import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from '../messages/CartState.ts';
import type { Long } from '@grpc/proto-loader';

export interface MutationReply {
  'state'?: (_messages_CartState | null);
  'version'?: (number | string | Long);
  'replayed'?: (boolean);
}

export interface MutationReply__Output {
  'state': (_messages_CartState__Output | null);
  'version': (number);
  'replayed': (boolean);
}
