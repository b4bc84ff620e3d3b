// Original file: proto/cart_actor.proto

import type { RemoveDelivery as _messages_RemoveDelivery, RemoveDelivery__Output as _messages_RemoveDelivery__Output } from '../messages/RemoveDelivery.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface RemoveDeliveryCall {
  'cartId'?: (string);
  'payload'?: (_messages_RemoveDelivery | null);
  'options'?: (_messages_CallOptions | null);
}

export interface RemoveDeliveryCall__Output {
  'cartId': (string);
  'payload': (_messages_RemoveDelivery__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
