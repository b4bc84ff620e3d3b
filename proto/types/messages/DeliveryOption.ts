// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface DeliveryOption {
  'provider'?: (string);
  'name'?: (string);
  'price'?: (number | string | Long);
  'taxRate'?: (number);
  'currency'?: (string);
  'country'?: (string);
}

export interface DeliveryOption__Output {
  'provider': (string);
  'name': (string);
  'price': (number);
  'taxRate': (number);
  'currency': (string);
  'country': (string);
}
