// Original file: proto/messages.proto


export interface OrderCreated {
  'orderId'?: (string);
  'status'?: (string);
}

export interface OrderCreated__Output {
  'orderId': (string);
  'status': (string);
}
