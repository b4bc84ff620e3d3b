// Original file: proto/control_plane.proto


export interface ClosingAck {
  'acknowledged'?: (boolean);
}

export interface ClosingAck__Output {
  'acknowledged': (boolean);
}
