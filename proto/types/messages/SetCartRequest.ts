// Original file: proto/messages.proto

import type { AddRequest as _messages_AddRequest, AddRequest__Output as _messages_AddRequest__Output } from '../messages/AddRequest.ts';
import type { AddItem as _messages_AddItem, AddItem__Output as _messages_AddItem__Output } from '../messages/AddItem.ts';

export interface SetCartRequest {
  'items'?: (_messages_AddRequest)[];
  'resolved'?: (_messages_AddItem)[];
}

export interface SetCartRequest__Output {
  'items': (_messages_AddRequest__Output)[];
  'resolved': (_messages_AddItem__Output)[];
}
