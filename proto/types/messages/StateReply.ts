// Original file: proto/cart_actor.proto

import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from '../messages/CartState.ts';

export interface StateReply {
  'state'?: (_messages_CartState | null);
}

export interface StateReply__Output {
  'state': (_messages_CartState__Output | null);
}
