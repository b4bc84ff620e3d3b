// Original file: proto/oteldemo.proto

import type { CartItem as _oteldemo_CartItem, CartItem__Output as _oteldemo_CartItem__Output } from '../oteldemo/CartItem.ts';

export interface Cart {
  'userId'?: (string);
  'items'?: (_oteldemo_CartItem)[];
}

export interface Cart__Output {
  'userId': (string);
  'items': (_oteldemo_CartItem__Output)[];
}
