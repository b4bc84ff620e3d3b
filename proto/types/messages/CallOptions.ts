// Original file: proto/cart_actor.proto

import type { Long } from '@grpc/proto-loader';

export interface CallOptions {
  'requestId'?: (string);
  'ifVersions'?: (number | string | Long)[];
  'ifExists'?: (boolean);
  '_requestId'?: "requestId";
}

export interface CallOptions__Output {
  'requestId'?: (string);
  'ifVersions': (number)[];
  'ifExists': (boolean);
  '_requestId'?: "requestId";
}
