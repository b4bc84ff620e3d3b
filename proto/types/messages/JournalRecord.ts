// Original file: proto/messages.proto

import type { AppliedMutation as _messages_AppliedMutation, AppliedMutation__Output as _messages_AppliedMutation__Output } from '../messages/AppliedMutation.ts';
import type { Long } from '@grpc/proto-loader';

export interface JournalRecord {
  'schemaVersion'?: (number);
  'firstVersion'?: (number | string | Long);
  'atMs'?: (number | string | Long);
  'applied'?: (_messages_AppliedMutation)[];
}

export interface JournalRecord__Output {
  'schemaVersion': (number);
  'firstVersion': (number);
  'atMs': (number);
  'applied': (_messages_AppliedMutation__Output)[];
}
