// Original file: proto/messages.proto


export interface RemoveItem {
  'id'?: (number);
}

export interface RemoveItem__Output {
  'id': (number);
}
