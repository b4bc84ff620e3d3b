// Original file: proto/cart_actor.proto

import type { AddItem as _messages_AddItem, AddItem__Output as _messages_AddItem__Output } from '../messages/AddItem.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface AddItemCall {
  'cartId'?: (string);
  'payload'?: (_messages_AddItem | null);
  'options'?: (_messages_CallOptions | null);
}

export interface AddItemCall__Output {
  'cartId': (string);
  'payload': (_messages_AddItem__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
