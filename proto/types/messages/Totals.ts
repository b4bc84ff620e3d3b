// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface Totals {
  'items'?: (number | string | Long);
  'deliveries'?: (number | string | Long);
  'discount'?: (number | string | Long);
  'total'?: (number | string | Long);
  'tax'?: (number | string | Long);
}

export interface Totals__Output {
  'items': (number);
  'deliveries': (number);
  'discount': (number);
  'total': (number);
  'tax': (number);
}
