// Original file: proto/cart_actor.proto

import type { ChangeQuantity as _messages_ChangeQuantity, ChangeQuantity__Output as _messages_ChangeQuantity__Output } from '../messages/ChangeQuantity.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface ChangeQuantityCall {
  'cartId'?: (string);
  'payload'?: (_messages_ChangeQuantity | null);
  'options'?: (_messages_CallOptions | null);
}

export interface ChangeQuantityCall__Output {
  'cartId': (string);
  'payload': (_messages_ChangeQuantity__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
