// Original file: proto/hipstershop.proto

import type { CartItem as _hipstershop_CartItem, CartItem__Output as _hipstershop_CartItem__Output } from '../hipstershop/CartItem.ts';

export interface AddItemRequest {
  'userId'?: (string);
  'item'?: (_hipstershop_CartItem | null);
}

export interface AddItemRequest__Output {
  'userId': (string);
  'item': (_hipstershop_CartItem__Output | null);
}
