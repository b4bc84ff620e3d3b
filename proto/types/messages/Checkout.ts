// Original file: proto/messages.proto

import type { CheckoutStatus as _messages_CheckoutStatus, CheckoutStatus__Output as _messages_CheckoutStatus__Output } from '../messages/CheckoutStatus.ts';
import type { Long } from '@grpc/proto-loader';

export interface Checkout {
  'status'?: (_messages_CheckoutStatus);
  'reference'?: (string);
  'providerStatus'?: (string);
  'payloadHash'?: (Buffer | Uint8Array | string);
  'cartVersion'?: (number | string | Long);
  '_reference'?: "reference";
  '_providerStatus'?: "providerStatus";
  '_payloadHash'?: "payloadHash";
  '_cartVersion'?: "cartVersion";
}

export interface Checkout__Output {
  'status': (_messages_CheckoutStatus__Output);
  'reference'?: (string);
  'providerStatus'?: (string);
  'payloadHash'?: (Buffer);
  'cartVersion'?: (number);
  '_reference'?: "reference";
  '_providerStatus'?: "providerStatus";
  '_payloadHash'?: "payloadHash";
  '_cartVersion'?: "cartVersion";
}
