// Original file: proto/cart_actor.proto

import type { OrderCreated as _messages_OrderCreated, OrderCreated__Output as _messages_OrderCreated__Output } from '../messages/OrderCreated.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface OrderCreatedCall {
  'cartId'?: (string);
  'payload'?: (_messages_OrderCreated | null);
  'options'?: (_messages_CallOptions | null);
}

export interface OrderCreatedCall__Output {
  'cartId': (string);
  'payload': (_messages_OrderCreated__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
