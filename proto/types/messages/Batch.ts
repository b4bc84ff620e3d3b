// Original file: proto/messages.proto

import type { Mutation as _messages_Mutation, Mutation__Output as _messages_Mutation__Output } from '../messages/Mutation.ts';

export interface Batch {
  'mutations'?: (_messages_Mutation)[];
}

export interface Batch__Output {
  'mutations': (_messages_Mutation__Output)[];
}
