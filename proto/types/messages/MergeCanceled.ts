// Original file: proto/messages.proto


export interface MergeCanceled {
  'mergeId'?: (string);
}

export interface MergeCanceled__Output {
  'mergeId': (string);
}
