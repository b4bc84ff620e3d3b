// Original file: proto/messages.proto

import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from '../messages/CartState.ts';
import type { RememberedRequest as _messages_RememberedRequest, RememberedRequest__Output as _messages_RememberedRequest__Output } from '../messages/RememberedRequest.ts';
import type { MergingState as _messages_MergingState, MergingState__Output as _messages_MergingState__Output } from '../messages/MergingState.ts';
import type { MergeDecision as _messages_MergeDecision, MergeDecision__Output as _messages_MergeDecision__Output } from '../messages/MergeDecision.ts';
import type { Long } from '@grpc/proto-loader';

export interface SnapshotRecord {
  'schemaVersion'?: (number);
  'state'?: (_messages_CartState | null);
  'requests'?: (_messages_RememberedRequest)[];
  'atMs'?: (number | string | Long);
  'merging'?: (_messages_MergingState | null);
  'mergeDecisions'?: (_messages_MergeDecision)[];
}

export interface SnapshotRecord__Output {
  'schemaVersion': (number);
  'state': (_messages_CartState__Output | null);
  'requests': (_messages_RememberedRequest__Output)[];
  'atMs': (number);
  'merging': (_messages_MergingState__Output | null);
  'mergeDecisions': (_messages_MergeDecision__Output)[];
}
