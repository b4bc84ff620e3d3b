// Original file: proto/cart_actor.proto

import type { Merge as _messages_Merge, Merge__Output as _messages_Merge__Output } from '../messages/Merge.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface MergeCall {
  'cartId'?: (string);
  'payload'?: (_messages_Merge | null);
  'options'?: (_messages_CallOptions | null);
}

export interface MergeCall__Output {
  'cartId': (string);
  'payload': (_messages_Merge__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
