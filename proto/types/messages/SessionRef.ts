// Original file: proto/control_plane.proto


export interface SessionRef {
  'sessionId'?: (string);
  'node'?: (string);
  'address'?: (string);
}

export interface SessionRef__Output {
  'sessionId': (string);
  'node': (string);
  'address': (string);
}
