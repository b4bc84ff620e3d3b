// Original file: proto/messages.proto

import type { MergeStrategy as _messages_MergeStrategy, MergeStrategy__Output as _messages_MergeStrategy__Output } from '../messages/MergeStrategy.ts';

export interface MergingState {
  'targetId'?: (string);
  'strategy'?: (_messages_MergeStrategy);
  'mergeId'?: (string);
  'done'?: (boolean);
}

export interface MergingState__Output {
  'targetId': (string);
  'strategy': (_messages_MergeStrategy__Output);
  'mergeId': (string);
  'done': (boolean);
}
