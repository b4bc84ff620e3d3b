// Original file: proto/cart_actor.proto

import type { TakeOver as _messages_TakeOver, TakeOver__Output as _messages_TakeOver__Output } from '../messages/TakeOver.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface TakeOverCall {
  'cartId'?: (string);
  'payload'?: (_messages_TakeOver | null);
  'options'?: (_messages_CallOptions | null);
}

export interface TakeOverCall__Output {
  'cartId': (string);
  'payload': (_messages_TakeOver__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
