import { randomBytes } from 'node:crypto';
import { CartBook } from './cart-book.ts';
import { addOf, anyOperation, cartPath, SKUS } from './operations.ts';
import { judge, viewOf } from './judge.ts';
import { pause } from './child.ts';
import type { Finding } from './history-checker.ts';
import type { HttpClient } from './http-client.ts';
import type { Judgement } from './judge.ts';
import type { Operation } from './operations.ts';
import type { Random } from './random.ts';

/** Lets shoppers through while a node serves, and makes them wait while there is none. */
export class Gate {
  #client: HttpClient | null = null;
  #waiting: (() => void)[] = [];

  open(client: HttpClient): void {
    this.#client = client;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  close(): void {
    this.#client = null;
  }

  async client(): Promise<HttpClient> {
    while (this.#client === null) await new Promise<void>((resume) => this.#waiting.push(resume));
    return this.#client;
  }
}

export interface ShopperOptions {
  readonly shoppers: number;
  /** Carts that many shoppers change at the same moment. */
  readonly hotCarts: number;
  /** Carts in use besides; a cart that was used up makes room for a new one. */
  readonly carts: number;
  /** Mutations after which a cart is left alone. */
  readonly mutationsPerCart: number;
  /** The same for a hot cart. */
  readonly mutationsPerHotCart: number;
  /** What a shopper waits between two requests, ms. */
  readonly thinkMs: number;
  /** Share of the mutations that have an Idempotency-Key: a cart remembers each for an hour. */
  readonly keyedShare?: number;
}

const HOT_SHARE = 0.25;
const KEYED_SHARE = 0.35;
const READ_SHARE = 0.15;
/** Of the reads. */
const CONDITIONAL_SHARE = 0.4;
/** Mutations of carts that were left alone before: mostly they left the node's memory meanwhile. */
const REVISIT_SHARE = 0.03;
const AGAIN_MS = 20;
/** A keyed request whose outcome is not known after so long is a failure of its own. */
const SETTLE_MS = 60_000;

/**
 * Shoppers that change and read carts as fast as they are answered, and keep books of what they were told. A request with an
 * Idempotency-Key is repeated until its outcome is known, also by the node that runs after a crash.
 */
export class Shoppers {
  readonly books: CartBook[] = [];
  /** Reads that showed less than what was acknowledged before they were sent. */
  readonly staleReads: Finding[] = [];
  readonly #gate: Gate;
  readonly #random: Random;
  readonly #options: ShopperOptions;
  readonly #hot: CartBook[] = [];
  readonly #spread: CartBook[] = [];
  readonly #tally = new Map<string, number>();
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #lastKey = 0;
  #acknowledged = 0;

  constructor(gate: Gate, random: Random, options: ShopperOptions) {
    this.#gate = gate;
    this.#random = random;
    this.#options = options;
    for (let n = 0; n < options.hotCarts; n += 1) this.#hot.push(this.#newBook());
    for (let n = 0; n < options.carts; n += 1) this.#spread.push(this.#newBook());
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Answers by status and code. */
  get tally(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#tally].sort(([a], [b]) => a.localeCompare(b)));
  }

  start(): void {
    const { shoppers } = this.#options;
    this.#running = Promise.all(Array.from({ length: shoppers }, () => this.#shop()));
    // Its failure is told by stop(), which every run awaits.
    this.#running.catch(() => undefined);
  }

  /** Reads every cart in use: each must show at least what was acknowledged. For the moment after a restart, before the gate opens. */
  async checkCarts(client: HttpClient): Promise<void> {
    await Promise.all([...this.#hot, ...this.#spread].map((book) => this.#checkCart(client, book)));
  }

  async #checkCart(client: HttpClient, book: CartBook): Promise<void> {
    const answer = await client.call({ method: 'GET', path: cartPath(book.id) });
    if (answer.kind === 'lost') throw new Error(`cart ${book.id} can't be read`, { cause: answer.error });
    if (answer.status !== 200)
      throw new Error(`reading cart ${book.id}: ${answer.status} ${answer.text.slice(0, 300)}`);
    const { version } = viewOf(answer.text);
    if (version < book.knownVersion) this.staleReads.push(stale(book, version, book.knownVersion));
  }

  /** Needs an open gate: keyed requests are repeated until they are settled. Rejects with what went wrong in a shopper. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #shop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const book = this.#choose();
      if (this.#random.next() < READ_SHARE) await this.#read(book);
      else await this.#mutate(book);
      if (this.#options.thinkMs > 0) await pause(this.#options.thinkMs);
    }
  }

  async #read(book: CartBook): Promise<void> {
    const client = await this.#gate.client();
    const atLeast = book.knownVersion;
    const headers: Record<string, string> =
      this.#random.next() < CONDITIONAL_SHARE ? { 'if-none-match': `"${book.view.version}"` } : {};
    const answer = await client.call({ method: 'GET', path: cartPath(book.id), headers });
    this.#count(answer.kind === 'lost' ? 'read: no answer' : `read: ${answer.status}`);
    if (answer.kind === 'lost' || answer.status !== 200) return;
    const view = viewOf(answer.text);
    if (view.version < atLeast) this.staleReads.push(stale(book, view.version, atLeast));
    book.see(view);
  }

  async #mutate(book: CartBook): Promise<void> {
    const hot = this.#hot.includes(book);
    const operation = hot ? addOf(book.id, this.#random.pick(SKUS), 1) : anyOperation(book, this.#random);
    if (this.#random.next() < (this.#options.keyedShare ?? KEYED_SHARE))
      await this.#mutateKeyed(book, operation);
    else {
      const judgement = await this.#send(operation, {});
      const { outcome } = judgement;
      const version = judgement.view?.version;
      if (judgement.view !== null) book.see(judgement.view);
      book.note(operation.signature, outcome, { version });
      if (judgement.askAgain) await pause(AGAIN_MS);
    }
    this.#retire(book);
  }

  async #mutateKeyed(book: CartBook, operation: Operation): Promise<void> {
    const key = `order of ${book.id} no ${(this.#lastKey += 1)}`;
    const startedMs = performance.now();
    let judgement = await this.#send(operation, { 'idempotency-key': key });
    while (judgement.askAgain) {
      if (performance.now() - startedMs > SETTLE_MS)
        throw new Error(`a keyed request got no definite answer in ${SETTLE_MS} ms: ${judgement.label}`);
      await pause(AGAIN_MS);
      judgement = await this.#send(operation, { 'idempotency-key': key });
    }
    if (judgement.view !== null) book.see(judgement.view);
    // A replayed answer shows the cart as it is now, which says nothing of the version that this request made.
    const version = judgement.replayed ? undefined : judgement.view?.version;
    book.note(operation.signature, judgement.outcome, { key, version });
  }

  async #send(operation: Operation, headers: Record<string, string>): Promise<Judgement> {
    const client = await this.#gate.client();
    const judgement = judge(await client.call({ ...operation.call, headers }));
    this.#count(judgement.replayed ? `${judgement.label} replayed` : judgement.label);
    if (judgement.outcome === 'acknowledged') this.#acknowledged += 1;
    return judgement;
  }

  #choose(): CartBook {
    const dice = this.#random.next();
    if (dice < REVISIT_SHARE) return this.#random.pick(this.books);
    return this.#random.pick(dice < REVISIT_SHARE + HOT_SHARE ? this.#hot : this.#spread);
  }

  #retire(book: CartBook): void {
    const { mutationsPerCart, mutationsPerHotCart } = this.#options;
    for (const [list, most] of [
      [this.#hot, mutationsPerHotCart],
      [this.#spread, mutationsPerCart],
    ] as const) {
      const index = list.indexOf(book);
      if (index !== -1 && book.sent.length >= most) list[index] = this.#newBook();
    }
  }

  #newBook(): CartBook {
    const book = new CartBook(randomBytes(16).toString('base64url'));
    this.books.push(book);
    return book;
  }

  #count(label: string): void {
    this.#tally.set(label, (this.#tally.get(label) ?? 0) + 1);
  }
}

function stale(book: CartBook, version: number, known: number): Finding {
  const text = `cart ${book.id} was read at version ${version} after ${known} was known`;
  return { kind: 'state', count: 1, text };
}
