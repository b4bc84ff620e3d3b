// Original file: proto/hipstershop.proto


export interface CartItem {
  'productId'?: (string);
  'quantity'?: (number);
}

export interface CartItem__Output {
  'productId': (string);
  'quantity': (number);
}
