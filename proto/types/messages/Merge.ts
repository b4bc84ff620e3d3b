// Original file: proto/messages.proto

import type { MergeStrategy as _messages_MergeStrategy, MergeStrategy__Output as _messages_MergeStrategy__Output } from '../messages/MergeStrategy.ts';
import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from '../messages/CartState.ts';

export interface Merge {
  'sourceId'?: (string);
  'strategy'?: (_messages_MergeStrategy);
  'source'?: (_messages_CartState | null);
  'mergeId'?: (string);
}

export interface Merge__Output {
  'sourceId': (string);
  'strategy': (_messages_MergeStrategy__Output);
  'source': (_messages_CartState__Output | null);
  'mergeId': (string);
}
