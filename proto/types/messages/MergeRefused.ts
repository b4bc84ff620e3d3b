// Original file: proto/messages.proto


export interface MergeRefused {
  'sourceId'?: (string);
  'mergeId'?: (string);
}

export interface MergeRefused__Output {
  'sourceId': (string);
  'mergeId': (string);
}
