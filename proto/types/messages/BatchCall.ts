// Original file: proto/cart_actor.proto

import type { Batch as _messages_Batch, Batch__Output as _messages_Batch__Output } from '../messages/Batch.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface BatchCall {
  'cartId'?: (string);
  'payload'?: (_messages_Batch | null);
  'options'?: (_messages_CallOptions | null);
}

export interface BatchCall__Output {
  'cartId': (string);
  'payload': (_messages_Batch__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
