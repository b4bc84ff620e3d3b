// Original file: proto/messages.proto


export interface TakenOver {
  'successorId'?: (string);
}

export interface TakenOver__Output {
  'successorId': (string);
}
