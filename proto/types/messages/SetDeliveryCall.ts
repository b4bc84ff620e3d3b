// Original file: proto/cart_actor.proto

import type { SetDelivery as _messages_SetDelivery, SetDelivery__Output as _messages_SetDelivery__Output } from '../messages/SetDelivery.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface SetDeliveryCall {
  'cartId'?: (string);
  'payload'?: (_messages_SetDelivery | null);
  'options'?: (_messages_CallOptions | null);
}

export interface SetDeliveryCall__Output {
  'cartId': (string);
  'payload': (_messages_SetDelivery__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
