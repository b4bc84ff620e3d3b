// Original file: proto/cart_actor.proto

import type { SetCartRequest as _messages_SetCartRequest, SetCartRequest__Output as _messages_SetCartRequest__Output } from '../messages/SetCartRequest.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface SetCartRequestCall {
  'cartId'?: (string);
  'payload'?: (_messages_SetCartRequest | null);
  'options'?: (_messages_CallOptions | null);
}

export interface SetCartRequestCall__Output {
  'cartId': (string);
  'payload': (_messages_SetCartRequest__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
