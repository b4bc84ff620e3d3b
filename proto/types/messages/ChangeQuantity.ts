// Original file: proto/messages.proto


export interface ChangeQuantity {
  'id'?: (number);
  'quantity'?: (number);
}

export interface ChangeQuantity__Output {
  'id': (number);
  'quantity': (number);
}
