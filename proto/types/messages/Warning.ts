// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface Warning {
  'code'?: (string);
  'lineId'?: (number);
  'oldAmount'?: (number | string | Long);
  'newAmount'?: (number | string | Long);
  'deliveryId'?: (number);
  '_deliveryId'?: "deliveryId";
}

export interface Warning__Output {
  'code': (string);
  'lineId': (number);
  'oldAmount': (number);
  'newAmount': (number);
  'deliveryId'?: (number);
  '_deliveryId'?: "deliveryId";
}
