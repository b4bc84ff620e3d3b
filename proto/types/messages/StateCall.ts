// Original file: proto/cart_actor.proto


export interface StateCall {
  'cartId'?: (string);
}

export interface StateCall__Output {
  'cartId': (string);
}
