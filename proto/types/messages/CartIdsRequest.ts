// Original file: proto/control_plane.proto


export interface CartIdsRequest {
  'after'?: (string);
  'limit'?: (number);
}

export interface CartIdsRequest__Output {
  'after': (string);
  'limit': (number);
}
