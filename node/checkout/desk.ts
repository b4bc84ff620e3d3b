import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { RetriableError } from '../actor/errors.ts';
import { Rejection } from '../domain/rejection.ts';
import { openCheckout } from './opening.ts';
import { placeOrder } from './placing.ts';
import { CheckoutError, UnknownSealError } from './port.ts';
import { ProviderError } from './provider.ts';
import { waited } from './spans.ts';
import { validateOrder } from './validating.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { CheckoutContext } from './context.ts';
import type { CheckoutDesk, OpenCheckout, Verdict } from './port.ts';
import type { Errand } from './provider.ts';

/** Requests that may wait for the provider at once. */
const UNDER_WAY_MAX = 512;
/** Failures in a row that readiness tells of. */
const FAILURES_TOLD = 3;

/**
 * Checkout of every cart on this node: one provider's order at a time for each of them. What is asked of the provider has one deadline for all of it, and so has everybody who waits for
 * what others asked first.
 */
export class ProviderDesk implements CheckoutDesk {
  readonly #context: CheckoutContext;
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #closing = new AbortController();
  #failures = 0;

  constructor(context: CheckoutContext) {
    this.#context = context;
  }

  async open(cartId: string, span?: MaybeSpan): Promise<OpenCheckout> {
    if (!this.#underWay.has(opening(cartId))) return this.#open(cartId, span);
    const deadline = this.#deadline();
    const late = once(deadline, 'abort').then(() => Promise.reject(deadline.reason as Error));
    try {
      return await Promise.race([this.#openBehind(cartId, deadline, span), late]);
    } catch (error) {
      if (error !== deadline.reason) throw error;
      throw this.#failure(cartId, new ProviderError('timeout', 'what others asked for took too long'));
    }
  }

  /** Where an answer is under way already. */
  async #openBehind(cartId: string, deadline: AbortSignal, span: MaybeSpan): Promise<OpenCheckout> {
    // That may have begun before a change that was acknowledged before this was asked.
    const { version } = await this.#context.pool.read(cartId, span);
    try {
      const shared = await this.#open(cartId, span);
      if (shared.version >= version) return shared;
    } catch (error) {
      // What kept the cart from being ordered may be gone since; the provider's failures are for all who wait.
      if (!(error instanceof Rejection)) throw error;
    }
    deadline.throwIfAborted();
    return this.#open(cartId, span);
  }

  #open(cartId: string, span: MaybeSpan): Promise<OpenCheckout> {
    return this.#once(opening(cartId), span, async () => {
      try {
        return await this.#asking(cartId, { signal: this.#deadline(), span }, (errand) =>
          openCheckout(this.#context, cartId, errand),
        );
      } catch (error) {
        this.#context.observer.opened('failed');
        throw error;
      }
    });
  }

  async push(seal: string, orderId: string, span?: MaybeSpan): Promise<void> {
    const cartId = this.#cartOf(seal);
    const { provider, seals, observer } = this.#context;
    await this.#once(`push ${cartId} ${orderId}`, span, () =>
      this.#asking(cartId, { signal: this.#deadline(), span }, async (errand) => {
        await placeOrder(this.#context, cartId, orderId, errand);
        observer.step('acknowledging');
        await provider.acknowledge(orderId, seals.acknowledgementKey(orderId), errand);
        observer.step('acknowledged');
      }),
    );
  }

  async validate(seal: string, order: unknown, span?: MaybeSpan): Promise<Verdict> {
    const verdict = await validateOrder(this.#context, this.#cartOf(seal), order, span);
    this.#context.observer.validated(verdict.approved);
    return verdict;
  }

  /** Why checkouts fail, for readiness; null when they don't. */
  trouble(): string | null {
    return this.#failures < FAILURES_TOLD ? null : 'the provider fails';
  }

  /** Ends what still waits for the provider. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay.values());
    await this.#context.provider.close();
  }

  #cartOf(seal: string): string {
    const cartId = this.#context.seals.open(seal);
    if (cartId === null)
      throw new UnknownSealError('this address was not made here, or with another CHECKOUT_SECRET');
    return cartId;
  }

  /** Who asks for the same while it is under way gets the same answer. */
  #once<T>(key: string, span: MaybeSpan, run: () => Promise<T>): Promise<T> {
    const known = this.#underWay.get(key);
    // What is kept under a key was made by the one method that uses it.
    if (known !== undefined) return waited(span, known as Promise<T>);
    if (this.#underWay.size >= UNDER_WAY_MAX) {
      const message = `${UNDER_WAY_MAX} requests wait for the checkout provider`;
      return Promise.reject(new CheckoutError('checkout-busy', message, { correlationId: randomUUID() }));
    }
    const running = run().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, running);
    return running;
  }

  /** For all calls to the provider that one answer takes. */
  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#context.options.timeoutMs);
  }

  /** With the provider's failures told as what they mean for who asked. */
  async #asking<T>(
    cartId: string,
    { signal, span }: Errand,
    run: (errand: Errand) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await run({ signal: AbortSignal.any([signal, this.#closing.signal]), span });
      this.#failures = 0;
      return result;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (this.#closing.signal.aborted)
        throw new RetriableError('closing', 'this node is shutting down', 1000, { cause: error });
      this.#failures += 1;
      throw this.#failure(cartId, error);
    }
  }

  #failure(cartId: string, error: ProviderError): CheckoutError {
    const correlationId = randomUUID();
    this.#context.observer.failed(cartId, correlationId, error);
    const timeout = error.failure === 'timeout';
    return new CheckoutError(
      timeout ? 'checkout-provider-timeout' : 'checkout-provider-error',
      timeout ? 'the checkout provider did not answer in time' : 'the checkout provider did not do it',
      { correlationId, providerCorrelationId: error.correlationId },
      { cause: error },
    );
  }
}

function opening(cartId: string): string {
  return `open ${cartId}`;
}
