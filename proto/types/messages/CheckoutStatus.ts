// Original file: proto/messages.proto

export const CheckoutStatus = {
  CHECKOUT_NONE: 'CHECKOUT_NONE',
  CHECKOUT_REQUESTED: 'CHECKOUT_REQUESTED',
  CHECKOUT_OPEN: 'CHECKOUT_OPEN',
  CHECKOUT_ORDERED: 'CHECKOUT_ORDERED',
} as const;

export type CheckoutStatus =
  | 'CHECKOUT_NONE'
  | 0
  | 'CHECKOUT_REQUESTED'
  | 1
  | 'CHECKOUT_OPEN'
  | 2
  | 'CHECKOUT_ORDERED'
  | 3

export type CheckoutStatus__Output = typeof CheckoutStatus[keyof typeof CheckoutStatus]
