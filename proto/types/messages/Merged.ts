// Original file: proto/messages.proto


export interface Merged {
  'mergeId'?: (string);
}

export interface Merged__Output {
  'mergeId': (string);
}
