// Original file: proto/messages.proto

import type { DeliveryOption as _messages_DeliveryOption, DeliveryOption__Output as _messages_DeliveryOption__Output } from '../messages/DeliveryOption.ts';

export interface DeliveryPrice {
  'deliveryId'?: (number);
  'option'?: (_messages_DeliveryOption | null);
}

export interface DeliveryPrice__Output {
  'deliveryId': (number);
  'option': (_messages_DeliveryOption__Output | null);
}
