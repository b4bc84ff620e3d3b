// Original file: proto/messages.proto

import type { MergeStrategy as _messages_MergeStrategy, MergeStrategy__Output as _messages_MergeStrategy__Output } from '../messages/MergeStrategy.ts';

export interface Merging {
  'targetId'?: (string);
  'strategy'?: (_messages_MergeStrategy);
  'mergeId'?: (string);
}

export interface Merging__Output {
  'targetId': (string);
  'strategy': (_messages_MergeStrategy__Output);
  'mergeId': (string);
}
