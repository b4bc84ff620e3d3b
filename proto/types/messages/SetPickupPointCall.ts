// Original file: proto/cart_actor.proto

import type { SetPickupPoint as _messages_SetPickupPoint, SetPickupPoint__Output as _messages_SetPickupPoint__Output } from '../messages/SetPickupPoint.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from '../messages/CallOptions.ts';

export interface SetPickupPointCall {
  'cartId'?: (string);
  'payload'?: (_messages_SetPickupPoint | null);
  'options'?: (_messages_CallOptions | null);
}

export interface SetPickupPointCall__Output {
  'cartId': (string);
  'payload': (_messages_SetPickupPoint__Output | null);
  'options': (_messages_CallOptions__Output | null);
}
