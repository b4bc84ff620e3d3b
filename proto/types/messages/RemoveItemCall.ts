// Original file: proto/cart_actor.proto

import type { RemoveItem as _messages_RemoveItem, RemoveItem__Output as _messages_RemoveItem__Output } from '../messages/RemoveItem.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface RemoveItemCall {
  'cartId'?: (string);
  'payload'?: (_messages_RemoveItem | null);
  'options'?: (_messages_CallOptions | null);
}

export interface RemoveItemCall__Output {
  'cartId': (string);
  'payload': (_messages_RemoveItem__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
