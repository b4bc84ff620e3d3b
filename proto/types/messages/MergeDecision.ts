// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface MergeDecision {
  'sourceId'?: (string);
  'mergeId'?: (string);
  'version'?: (number | string | Long);
  'refused'?: (boolean);
}

export interface MergeDecision__Output {
  'sourceId': (string);
  'mergeId': (string);
  'version': (number);
  'refused': (boolean);
}
