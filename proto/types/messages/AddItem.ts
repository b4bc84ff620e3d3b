// Original file: proto/messages.proto

import type { Product as _messages_Product, Product__Output as _messages_Product__Output } from '../messages/Product.ts';

export interface AddItem {
  'product'?: (_messages_Product | null);
  'quantity'?: (number);
}

export interface AddItem__Output {
  'product': (_messages_Product__Output | null);
  'quantity': (number);
}
