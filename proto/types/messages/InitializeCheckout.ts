// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface InitializeCheckout {
  'orderId'?: (string);
  'status'?: (string);
  'payloadHash'?: (Buffer | Uint8Array | string);
  'cartVersion'?: (number | string | Long);
  'paymentInProgress'?: (boolean);
}

export interface InitializeCheckout__Output {
  'orderId': (string);
  'status': (string);
  'payloadHash': (Buffer);
  'cartVersion': (number);
  'paymentInProgress': (boolean);
}
