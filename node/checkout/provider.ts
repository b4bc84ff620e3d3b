import { z } from 'zod';
import { paidLineSchema } from './paid.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { OrderPayload } from './payload.ts';

/** An order that is being paid for, as far as it is read; what else the provider says of it goes through to the client. */
export const providerOrderSchema = z.looseObject({
  order_id: z.string().min(1).max(255),
  status: z.string().min(1).max(64),
  html_snippet: z.string().min(1),
  order_amount: z.int(),
  purchase_currency: z.string(),
  merchant_data: z.string().nullish(),
});
export type ProviderOrder = z.output<typeof providerOrderSchema>;

/** An order that was placed: order management's view of it. */
export const placedOrderSchema = z.object({
  order_id: z.string().min(1).max(255),
  status: z.string().min(1).max(64),
  order_amount: z.int(),
  purchase_currency: z.string(),
  purchase_country: z.string(),
  merchant_data: z.string().nullish(),
  order_lines: z.array(paidLineSchema).max(1000),
});
export type PlacedOrder = z.output<typeof placedOrderSchema>;

/** What the shopper wants to pay, as the validation callback has it. */
export const validatedOrderSchema = z.object({
  order_id: z.string().min(1).max(255),
  order_amount: z.int(),
  purchase_currency: z.string(),
  merchant_data: z.string().nullish(),
});

/** True once the shopper has paid. Some of the provider's own samples write the status in capitals. */
export function isComplete({ status }: Pick<ProviderOrder, 'status'>): boolean {
  return status.toLowerCase() === 'checkout_complete';
}

/** A request that a provider is asked for. */
export interface Errand {
  /** Its deadline, or the node's end. */
  readonly signal: AbortSignal;
  /** Its span, where it is traced. */
  readonly span?: MaybeSpan;
}

/** What can be asked of a provider. Each call ends by the errand's signal at the latest, and rejects with {@link ProviderError}. */
export interface CheckoutProvider {
  /** Not idempotent: asked twice it makes two orders. */
  create(payload: OrderPayload, errand: Errand): Promise<ProviderOrder>;
  /** `gone` where there is no such order, any more or ever. */
  read(orderId: string, errand: Errand): Promise<ProviderOrder | 'gone'>;
  update(
    orderId: string,
    payload: OrderPayload,
    errand: Errand,
  ): Promise<ProviderOrder | 'gone' | 'read-only'>;
  placed(orderId: string, errand: Errand): Promise<PlacedOrder | 'gone'>;
  /** Idempotent by its key. */
  acknowledge(orderId: string, key: string, errand: Errand): Promise<void>;
  close(): Promise<void>;
}

export type ProviderCall = 'create' | 'read' | 'update' | 'placed' | 'acknowledge';

/**
 * - `refused`: it answered that it won't
 * - `failed`: it answered what makes no sense, or that it can't
 * - `unreachable`: there was no connection, or it broke
 * - `timeout`: it did not answer in time
 *
 * After any of them but `refused` it is not known whether it did what it was asked.
 */
export type ProviderFailure = 'refused' | 'failed' | 'unreachable' | 'timeout';

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly failure: ProviderFailure;
  /** The provider's own id for what went wrong. */
  readonly correlationId: string | null;

  constructor(
    failure: ProviderFailure,
    message: string,
    correlationId: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.failure = failure;
    this.correlationId = correlationId;
  }

  /** As traces name it. */
  get code(): ProviderFailure {
    return this.failure;
  }
}
