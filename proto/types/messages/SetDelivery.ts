// Original file: proto/messages.proto

import type { PickupPoint as _messages_PickupPoint, PickupPoint__Output as _messages_PickupPoint__Output } from '../messages/PickupPoint.ts';
import type { DeliveryOption as _messages_DeliveryOption, DeliveryOption__Output as _messages_DeliveryOption__Output } from '../messages/DeliveryOption.ts';

export interface SetDelivery {
  'provider'?: (string);
  'items'?: (number)[];
  'pickupPoint'?: (_messages_PickupPoint | null);
  'resolved'?: (_messages_DeliveryOption | null);
  '_pickupPoint'?: "pickupPoint";
}

export interface SetDelivery__Output {
  'provider': (string);
  'items': (number)[];
  'pickupPoint'?: (_messages_PickupPoint__Output | null);
  'resolved': (_messages_DeliveryOption__Output | null);
  '_pickupPoint'?: "pickupPoint";
}
