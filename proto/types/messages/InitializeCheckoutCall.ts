// Original file: proto/cart_actor.proto

import type { InitializeCheckout as _messages_InitializeCheckout, InitializeCheckout__Output as _messages_InitializeCheckout__Output } from '../messages/InitializeCheckout.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface InitializeCheckoutCall {
  'cartId'?: (string);
  'payload'?: (_messages_InitializeCheckout | null);
  'options'?: (_messages_CallOptions | null);
}

export interface InitializeCheckoutCall__Output {
  'cartId': (string);
  'payload': (_messages_InitializeCheckout__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
