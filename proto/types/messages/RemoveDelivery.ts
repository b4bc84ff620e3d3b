// Original file: proto/messages.proto


export interface RemoveDelivery {
  'id'?: (number);
}

export interface RemoveDelivery__Output {
  'id': (number);
}
