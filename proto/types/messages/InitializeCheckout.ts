// Original file: proto/messages.proto

import type { LinePrice as _messages_LinePrice, LinePrice__Output as _messages_LinePrice__Output } from '../messages/LinePrice.ts';
import type { DeliveryPrice as _messages_DeliveryPrice, DeliveryPrice__Output as _messages_DeliveryPrice__Output } from '../messages/DeliveryPrice.ts';
import type { Long } from '@grpc/proto-loader';

export interface InitializeCheckout {
  'orderId'?: (string);
  'status'?: (string);
  'payloadHash'?: (Buffer | Uint8Array | string);
  'cartVersion'?: (number | string | Long);
  'paymentInProgress'?: (boolean);
  'replaces'?: (string);
  'linePrices'?: (_messages_LinePrice)[];
  'deliveryPrices'?: (_messages_DeliveryPrice)[];
  'pricedAtMs'?: (number | string | Long);
  '_replaces'?: "replaces";
  '_pricedAtMs'?: "pricedAtMs";
}

export interface InitializeCheckout__Output {
  'orderId': (string);
  'status': (string);
  'payloadHash': (Buffer);
  'cartVersion': (number);
  'paymentInProgress': (boolean);
  'replaces'?: (string);
  'linePrices': (_messages_LinePrice__Output)[];
  'deliveryPrices': (_messages_DeliveryPrice__Output)[];
  'pricedAtMs'?: (number);
  '_replaces'?: "replaces";
  '_pricedAtMs'?: "pricedAtMs";
}
