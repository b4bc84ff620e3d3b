// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';

export interface NegotiateReply {
  'self'?: (_messages_SessionRef | null);
  'known'?: (_messages_SessionRef)[];
}

export interface NegotiateReply__Output {
  'self': (_messages_SessionRef__Output | null);
  'known': (_messages_SessionRef__Output)[];
}
