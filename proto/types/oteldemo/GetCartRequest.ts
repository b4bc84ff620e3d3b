// Original file: proto/oteldemo.proto


export interface GetCartRequest {
  'userId'?: (string);
}

export interface GetCartRequest__Output {
  'userId': (string);
}
