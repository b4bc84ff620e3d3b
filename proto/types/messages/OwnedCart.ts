// Original file: proto/control_plane.proto


export interface OwnedCart {
  'cartId'?: (string);
  'epoch'?: (number);
}

export interface OwnedCart__Output {
  'cartId': (string);
  'epoch': (number);
}
