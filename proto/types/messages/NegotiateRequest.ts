// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';

export interface NegotiateRequest {
  'from'?: (_messages_SessionRef | null);
  'known'?: (_messages_SessionRef)[];
}

export interface NegotiateRequest__Output {
  'from': (_messages_SessionRef__Output | null);
  'known': (_messages_SessionRef__Output)[];
}
