// Original file: proto/cart_actor.proto

import type { CreateCheckoutOrder as _messages_CreateCheckoutOrder, CreateCheckoutOrder__Output as _messages_CreateCheckoutOrder__Output } from '../messages/CreateCheckoutOrder.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface CreateCheckoutOrderCall {
  'cartId'?: (string);
  'payload'?: (_messages_CreateCheckoutOrder | null);
  'options'?: (_messages_CallOptions | null);
}

export interface CreateCheckoutOrderCall__Output {
  'cartId': (string);
  'payload': (_messages_CreateCheckoutOrder__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
