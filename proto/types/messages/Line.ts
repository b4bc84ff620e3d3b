// Original file: proto/messages.proto

import type { Product as _messages_Product, Product__Output as _messages_Product__Output } from '../messages/Product.ts';
import type { Long } from '@grpc/proto-loader';

export interface Line {
  'id'?: (number);
  'product'?: (_messages_Product | null);
  'quantity'?: (number);
  'deliveryId'?: (number);
  'totalPrice'?: (number | string | Long);
  'totalTax'?: (number | string | Long);
}

export interface Line__Output {
  'id': (number);
  'product': (_messages_Product__Output | null);
  'quantity': (number);
  'deliveryId': (number);
  'totalPrice': (number);
  'totalTax': (number);
}
