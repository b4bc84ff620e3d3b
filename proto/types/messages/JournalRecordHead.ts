// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface JournalRecordHead {
  'schemaVersion'?: (number);
  'firstVersion'?: (number | string | Long);
  'atMs'?: (number | string | Long);
}

export interface JournalRecordHead__Output {
  'schemaVersion': (number);
  'firstVersion': (number);
  'atMs': (number);
}
