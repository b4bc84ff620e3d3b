// Original file: proto/cart_actor.proto

import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from '../messages/CartState.ts';
import type { Mutation as _messages_Mutation, Mutation__Output as _messages_Mutation__Output } from '../messages/Mutation.ts';
import type { Long } from '@grpc/proto-loader';

export interface CartChange {
  'version'?: (number | string | Long);
  'state'?: (_messages_CartState | null);
  'mutation'?: (_messages_Mutation | null);
  '_mutation'?: "mutation";
}

export interface CartChange__Output {
  'version': (number);
  'state': (_messages_CartState__Output | null);
  'mutation'?: (_messages_Mutation__Output | null);
  '_mutation'?: "mutation";
}
