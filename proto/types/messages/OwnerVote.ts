// Original file: proto/control_plane.proto

import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from '../messages/SessionRef.ts';

export interface OwnerVote {
  'accepted'?: (boolean);
  'owner'?: (_messages_SessionRef | null);
  'epoch'?: (number);
  'voter'?: (_messages_SessionRef | null);
  '_owner'?: "owner";
}

export interface OwnerVote__Output {
  'accepted': (boolean);
  'owner'?: (_messages_SessionRef__Output | null);
  'epoch': (number);
  'voter': (_messages_SessionRef__Output | null);
  '_owner'?: "owner";
}
