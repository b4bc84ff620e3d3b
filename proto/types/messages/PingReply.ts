// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';
import type { Long } from '@grpc/proto-loader';

export interface PingReply {
  'self'?: (_messages_SessionRef | null);
  'unixTimeMs'?: (number | string | Long);
  'closing'?: (boolean);
}

export interface PingReply__Output {
  'self': (_messages_SessionRef__Output | null);
  'unixTimeMs': (number);
  'closing': (boolean);
}
