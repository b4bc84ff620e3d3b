// Original file: proto/messages.proto

import type { Mutation as _messages_Mutation, Mutation__Output as _messages_Mutation__Output } from '../messages/Mutation.ts';

export interface AppliedMutation {
  'mutation'?: (_messages_Mutation | null);
  'key'?: (Buffer | Uint8Array | string);
  'fingerprint'?: (Buffer | Uint8Array | string);
  'status'?: (number);
  '_key'?: "key";
  '_fingerprint'?: "fingerprint";
}

export interface AppliedMutation__Output {
  'mutation': (_messages_Mutation__Output | null);
  'key'?: (Buffer);
  'fingerprint'?: (Buffer);
  'status': (number);
  '_key'?: "key";
  '_fingerprint'?: "fingerprint";
}
