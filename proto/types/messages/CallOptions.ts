// Original file: proto/cart_actor.proto

import type { Long } from '@grpc/proto-loader';

export interface CallOptions {
  'requestId'?: (string);
  'ifVersion'?: (number | string | Long);
  '_requestId'?: "requestId";
  '_ifVersion'?: "ifVersion";
}

export interface CallOptions__Output {
  'requestId'?: (string);
  'ifVersion'?: (number);
  '_requestId'?: "requestId";
  '_ifVersion'?: "ifVersion";
}
