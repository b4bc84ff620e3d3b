// Original file: proto/cart_actor.proto

import type { Clear as _messages_Clear, Clear__Output as _messages_Clear__Output } from '../messages/Clear.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface ClearCall {
  'cartId'?: (string);
  'payload'?: (_messages_Clear | null);
  'options'?: (_messages_CallOptions | null);
}

export interface ClearCall__Output {
  'cartId': (string);
  'payload': (_messages_Clear__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
