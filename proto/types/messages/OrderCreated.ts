// Original file: proto/messages.proto

import type { PaidContent as _messages_PaidContent, PaidContent__Output as _messages_PaidContent__Output } from '../messages/PaidContent.ts';

export interface OrderCreated {
  'orderId'?: (string);
  'status'?: (string);
  'paid'?: (_messages_PaidContent | null);
  'successorId'?: (string);
  '_paid'?: "paid";
  '_successorId'?: "successorId";
}

export interface OrderCreated__Output {
  'orderId': (string);
  'status': (string);
  'paid'?: (_messages_PaidContent__Output | null);
  'successorId'?: (string);
  '_paid'?: "paid";
  '_successorId'?: "successorId";
}
