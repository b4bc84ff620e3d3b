// Original file: proto/cart_actor.proto

import type { Long } from '@grpc/proto-loader';

export interface WatchCall {
  'cartId'?: (string);
  'afterVersion'?: (number | string | Long);
  '_afterVersion'?: "afterVersion";
}

export interface WatchCall__Output {
  'cartId': (string);
  'afterVersion'?: (number);
  '_afterVersion'?: "afterVersion";
}
