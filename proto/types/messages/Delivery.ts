// Original file: proto/messages.proto

import type { DeliveryOption as _messages_DeliveryOption, DeliveryOption__Output as _messages_DeliveryOption__Output } from '../messages/DeliveryOption.ts';
import type { PickupPoint as _messages_PickupPoint, PickupPoint__Output as _messages_PickupPoint__Output } from '../messages/PickupPoint.ts';

export interface Delivery {
  'id'?: (number);
  'option'?: (_messages_DeliveryOption | null);
  'pickupPoint'?: (_messages_PickupPoint | null);
  '_pickupPoint'?: "pickupPoint";
}

export interface Delivery__Output {
  'id': (number);
  'option': (_messages_DeliveryOption__Output | null);
  'pickupPoint'?: (_messages_PickupPoint__Output | null);
  '_pickupPoint'?: "pickupPoint";
}
