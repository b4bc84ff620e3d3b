// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';

export interface ClosingNotice {
  'from'?: (_messages_SessionRef | null);
}

export interface ClosingNotice__Output {
  'from': (_messages_SessionRef__Output | null);
}
