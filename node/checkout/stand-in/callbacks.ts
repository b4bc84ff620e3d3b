import { request } from 'undici';
import type { StandInOrder } from './orders.ts';

/** How the provider calls the merchant back. */
export interface CallbackOptions {
  /** From completion to the first push, from that to the second one, and so on; the last one goes on. The provider's own: 2, 5, 15, 30, 60 min, then 4 h. */
  readonly pushDelaysMs: readonly [number, ...number[]];
  /** Until then the order must be acknowledged. The provider's own: 48 h. */
  readonly pushForMs: number;
  /** How long an answer may take. The provider's own: 3 s, 10 s where approval is required. */
  readonly validationMs: number;
}

export type Validation =
  { readonly approved: true } | { readonly approved: false; readonly location: string | null };

/** Asks the merchant whether the order may be paid. What is no answer counts as approval, unless the merchant required one. */
export async function validate(
  order: StandInOrder,
  body: object,
  { validationMs }: CallbackOptions,
): Promise<Validation> {
  const url = callbackOf(order, 'validation');
  if (url === null) return { approved: true };
  const options = order.content['options'] as { require_validate_callback_success?: boolean } | undefined;
  try {
    const answer = await post(url, validationMs, body);
    if (answer.status === 200) return { approved: true };
    if (answer.status === 303) return { approved: false, location: answer.location };
    return { approved: false, location: null };
  } catch {
    return options?.require_validate_callback_success === true
      ? { approved: false, location: null }
      : { approved: true };
  }
}

/** Tells the merchant of completed orders, again and again until each is acknowledged. */
export class Pushes {
  readonly #options: CallbackOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #over = false;

  constructor(options: CallbackOptions) {
    this.#options = options;
  }

  start(order: StandInOrder): void {
    this.#plan(order, 0, performance.now() + this.#options.pushForMs);
  }

  /** Now, whatever the plan is. */
  async now(order: StandInOrder): Promise<number> {
    const url = callbackOf(order, 'push');
    if (url === null) return 0;
    const status = await post(url, 10_000).then(
      (answer) => answer.status,
      () => 0,
    );
    order.pushes.push(status);
    return status;
  }

  stop(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #plan(order: StandInOrder, index: number, untilMs: number): void {
    const { pushDelaysMs } = this.#options;
    const delayMs = pushDelaysMs[Math.min(index, pushDelaysMs.length - 1)] as number;
    if (this.#over || performance.now() + delayMs > untilMs) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (order.acknowledgements.length > 0) return;
      void this.now(order).finally(() => {
        if (order.acknowledgements.length === 0) this.#plan(order, index + 1, untilMs);
      });
    }, delayMs);
    this.#timers.add(timer);
  }
}

function callbackOf({ id, content }: StandInOrder, name: 'push' | 'validation'): string | null {
  const urls = content['merchant_urls'] as Readonly<Record<string, string>> | undefined;
  return urls?.[name]?.replaceAll('{checkout.order.id}', id) ?? null;
}

async function post(
  url: string,
  timeoutMs: number,
  body?: object,
): Promise<{ readonly status: number; readonly location: string | null }> {
  const answer = await request(url, {
    method: 'POST',
    signal: AbortSignal.timeout(timeoutMs),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  await answer.body.dump();
  const { location } = answer.headers;
  return { status: answer.statusCode, location: typeof location === 'string' ? location : null };
}
