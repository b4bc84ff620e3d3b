import { hash } from 'node:crypto';
import { pause } from './child.ts';
import { cartPath } from './operations.ts';
import type { Random } from './random.ts';

/** One event of a stream, without what the harness does not look at. */
export interface StreamEvent {
  readonly event: string;
  readonly id: number | null;
  readonly data: string;
}

/** What a change of a cart was, by version, as the first who saw it did: all who follow the cart must see the same. */
export type Account = Map<number, string>;

export interface WatcherOptions {
  /** How long a reader stays before it leaves and comes back, ms. */
  readonly stayMs: { readonly least: number; readonly most: number };
  readonly awayMsMost: number;
}

const CONNECT_AGAIN_MS = 50;

/** Follows one cart, leaves and comes back at random, and checks that every version comes once and in order. */
export class CartWatcher {
  readonly cart: string;
  readonly problems: string[] = [];
  /** The version that it has; null before the first event. */
  version: number | null = null;
  changes = 0;
  connections = 0;
  readonly #account: Account;
  readonly #random: Random;
  readonly #options: WatcherOptions;

  constructor(cart: string, account: Account, random: Random, options: WatcherOptions) {
    this.cart = cart;
    this.#account = account;
    this.#random = random;
    this.#options = options;
  }

  /** Resolves when `stop` aborts. `port` waits while no node serves. */
  async run(port: () => Promise<number>, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const { stayMs, awayMsMost } = this.#options;
      const leave = AbortSignal.timeout(this.#random.between(stayMs.least, stayMs.most));
      try {
        await this.#follow(await port(), AbortSignal.any([leave, stop]));
        await pause(CONNECT_AGAIN_MS);
      } catch {
        // It left, or the node died: either way it comes back with what it has.
        await pause(this.#random.between(0, awayMsMost));
      }
    }
  }

  async #follow(port: number, signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> =
      this.version === null ? {} : { 'Last-Event-ID': String(this.version) };
    const response = await fetch(`http://127.0.0.1:${port}${cartPath(this.cart)}/events`, {
      headers,
      signal,
    });
    if (response.status !== 200 || response.body === null) {
      const text = await response.text();
      // 503 is how a node says that it stops, or that the cart is still another one's.
      if (response.status !== 503) this.problems.push(`${response.status}: ${text.slice(0, 200)}`);
      return;
    }
    this.connections += 1;
    for await (const event of eventsOf(response.body)) this.#take(event);
  }

  #take({ event, id, data }: StreamEvent): void {
    if (event === 'end') return;
    if (id === null) this.problems.push(`an event ${event} without an id`);
    else if (event === 'state') this.#state(id, data);
    else this.#change(id, data);
  }

  #state(id: number, data: string): void {
    if (this.version !== null) this.problems.push(`began anew at ${id}, having ${this.version}`);
    if ((JSON.parse(data) as { version: number }).version !== id)
      this.problems.push(`state ${id} is of another version`);
    this.version = id;
  }

  #change(id: number, data: string): void {
    const { version, time, mutation, cart } = JSON.parse(data) as {
      version: number;
      time: string;
      mutation: unknown;
      cart?: { version: number };
    };
    if (version !== id || (cart?.version ?? id) !== id)
      this.problems.push(`change ${id} is of another version`);
    if (this.version === null || version !== this.version + 1)
      this.problems.push(`change ${version} came behind ${String(this.version)}`);
    this.version = version;
    this.changes += 1;
    const seen = hash('sha256', JSON.stringify([time, mutation]), 'base64');
    const known = this.#account.get(version);
    if (known === undefined) this.#account.set(version, seen);
    else if (known !== seen) this.problems.push(`change ${version} is another one than others saw`);
  }
}

/** Server-sent events, as far as a node sends them. What is not complete when the stream ends is none. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void, void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string): string | null =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? null;
      const [event, id, data] = [field('event'), field('id'), field('data')];
      if (event !== null && data !== null) yield { event, id: id === null ? null : Number(id), data };
    }
  }
}
