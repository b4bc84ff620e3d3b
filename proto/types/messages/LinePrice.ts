// Original file: proto/messages.proto

import type { Product as _messages_Product, Product__Output as _messages_Product__Output } from '../messages/Product.ts';

export interface LinePrice {
  'lineId'?: (number);
  'product'?: (_messages_Product | null);
}

export interface LinePrice__Output {
  'lineId': (number);
  'product': (_messages_Product__Output | null);
}
