// Original file: proto/messages.proto

import type { CheckoutStatus as _messages_CheckoutStatus, CheckoutStatus__Output as _messages_CheckoutStatus__Output } from '../messages/CheckoutStatus.ts';
import type { Succession as _messages_Succession, Succession__Output as _messages_Succession__Output } from '../messages/Succession.ts';
import type { Long } from '@grpc/proto-loader';

export interface Checkout {
  'status'?: (_messages_CheckoutStatus);
  'reference'?: (string);
  'providerStatus'?: (string);
  'payloadHash'?: (Buffer | Uint8Array | string);
  'cartVersion'?: (number | string | Long);
  'paymentInProgress'?: (boolean);
  'pricedAtMs'?: (number | string | Long);
  'succession'?: (_messages_Succession | null);
  '_reference'?: "reference";
  '_providerStatus'?: "providerStatus";
  '_payloadHash'?: "payloadHash";
  '_cartVersion'?: "cartVersion";
  '_paymentInProgress'?: "paymentInProgress";
  '_pricedAtMs'?: "pricedAtMs";
  '_succession'?: "succession";
}

export interface Checkout__Output {
  'status': (_messages_CheckoutStatus__Output);
  'reference'?: (string);
  'providerStatus'?: (string);
  'payloadHash'?: (Buffer);
  'cartVersion'?: (number);
  'paymentInProgress'?: (boolean);
  'pricedAtMs'?: (number);
  'succession'?: (_messages_Succession__Output | null);
  '_reference'?: "reference";
  '_providerStatus'?: "providerStatus";
  '_payloadHash'?: "payloadHash";
  '_cartVersion'?: "cartVersion";
  '_paymentInProgress'?: "paymentInProgress";
  '_pricedAtMs'?: "pricedAtMs";
  '_succession'?: "succession";
}
