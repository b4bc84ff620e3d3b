// Original file: proto/oteldemo.proto

import type { CartItem as _oteldemo_CartItem, CartItem__Output as _oteldemo_CartItem__Output } from '../oteldemo/CartItem.ts';

export interface AddItemRequest {
  'userId'?: (string);
  'item'?: (_oteldemo_CartItem | null);
}

export interface AddItemRequest__Output {
  'userId': (string);
  'item': (_oteldemo_CartItem__Output | null);
}
