// Original file: proto/cart_actor.proto

import type { TakenOver as _messages_TakenOver, TakenOver__Output as _messages_TakenOver__Output } from '../messages/TakenOver.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface TakenOverCall {
  'cartId'?: (string);
  'payload'?: (_messages_TakenOver | null);
  'options'?: (_messages_CallOptions | null);
}

export interface TakenOverCall__Output {
  'cartId': (string);
  'payload': (_messages_TakenOver__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
