// Original file: proto/cart_actor.proto

import type { AddRequest as _messages_AddRequest, AddRequest__Output as _messages_AddRequest__Output } from '../messages/AddRequest.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface AddRequestCall {
  'cartId'?: (string);
  'payload'?: (_messages_AddRequest | null);
  'options'?: (_messages_CallOptions | null);
}

export interface AddRequestCall__Output {
  'cartId': (string);
  'payload': (_messages_AddRequest__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
