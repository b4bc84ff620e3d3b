// Original file: proto/messages.proto

import type { Line as _messages_Line, Line__Output as _messages_Line__Output } from '../messages/Line.ts';
import type { Delivery as _messages_Delivery, Delivery__Output as _messages_Delivery__Output } from '../messages/Delivery.ts';
import type { Totals as _messages_Totals, Totals__Output as _messages_Totals__Output } from '../messages/Totals.ts';
import type { Checkout as _messages_Checkout, Checkout__Output as _messages_Checkout__Output } from '../messages/Checkout.ts';
import type { Warning as _messages_Warning, Warning__Output as _messages_Warning__Output } from '../messages/Warning.ts';
import type { Long } from '@grpc/proto-loader';

export interface CartState {
  'id'?: (string);
  'version'?: (number | string | Long);
  'currency'?: (string);
  'country'?: (string);
  'lines'?: (_messages_Line)[];
  'deliveries'?: (_messages_Delivery)[];
  'totals'?: (_messages_Totals | null);
  'checkout'?: (_messages_Checkout | null);
  'warnings'?: (_messages_Warning)[];
  'lastLineId'?: (number);
  'lastDeliveryId'?: (number);
}

export interface CartState__Output {
  'id': (string);
  'version': (number);
  'currency': (string);
  'country': (string);
  'lines': (_messages_Line__Output)[];
  'deliveries': (_messages_Delivery__Output)[];
  'totals': (_messages_Totals__Output | null);
  'checkout': (_messages_Checkout__Output | null);
  'warnings': (_messages_Warning__Output)[];
  'lastLineId': (number);
  'lastDeliveryId': (number);
}
