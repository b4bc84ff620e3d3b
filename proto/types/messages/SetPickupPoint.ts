// Original file: proto/messages.proto

import type { PickupPoint as _messages_PickupPoint, PickupPoint__Output as _messages_PickupPoint__Output } from '../messages/PickupPoint.ts';

export interface SetPickupPoint {
  'deliveryId'?: (number);
  'pickupPoint'?: (_messages_PickupPoint | null);
}

export interface SetPickupPoint__Output {
  'deliveryId': (number);
  'pickupPoint': (_messages_PickupPoint__Output | null);
}
