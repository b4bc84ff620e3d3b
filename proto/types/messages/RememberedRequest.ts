// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface RememberedRequest {
  'key'?: (Buffer | Uint8Array | string);
  'fingerprint'?: (Buffer | Uint8Array | string);
  'status'?: (number);
  'version'?: (number | string | Long);
  'atMs'?: (number | string | Long);
}

export interface RememberedRequest__Output {
  'key': (Buffer);
  'fingerprint': (Buffer);
  'status': (number);
  'version': (number);
  'atMs': (number);
}
