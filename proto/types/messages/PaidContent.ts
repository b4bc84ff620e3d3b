// Original file: proto/messages.proto

import type { Line as _messages_Line, Line__Output as _messages_Line__Output } from '../messages/Line.ts';
import type { Delivery as _messages_Delivery, Delivery__Output as _messages_Delivery__Output } from '../messages/Delivery.ts';

export interface PaidContent {
  'lines'?: (_messages_Line)[];
  'deliveries'?: (_messages_Delivery)[];
}

export interface PaidContent__Output {
  'lines': (_messages_Line__Output)[];
  'deliveries': (_messages_Delivery__Output)[];
}
