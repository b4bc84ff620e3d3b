import { fileURLToPath } from 'node:url';
import { decodeRecord } from '../actor/record.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { CartNode } from './cart-node.ts';
import { freePort, pause } from './child.ts';
import { HttpClient } from './http-client.ts';
import { keepHistory } from './kills.ts';
import type { StandInProcess } from '../checkout/stand-in/start.ts';
import type { Answer, Call } from './http-client.ts';

const program = fileURLToPath(new URL('dying-node.ts', import.meta.url));
const TIMEOUT_MS = 20_000;
const PATIENCE_MS = 60_000;
const CART = '/cart/byid/story';

/** Where the node ends. */
export type Death =
  /** By its own hand, when it reaches that step of checkout for the nth time. */
  | { readonly step: string; readonly occurrence: number }
  /** From outside, when the provider has carried out that call for the nth time and has not answered. */
  | { readonly call: string; readonly occurrence: number };

/** How the story ended. */
export interface Ending {
  readonly deaths: number;
  /** The cart when the next life showed it, compared with how it was before the call in which the node died. */
  readonly afterDeath: 'as before' | 'changed' | 'never died';
  readonly orders: number;
  readonly ordered: string;
  readonly successor: string;
  readonly problems: readonly string[];
}

interface Order {
  readonly id: string;
  readonly acknowledgements: readonly string[];
}

interface View {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly checkout: { readonly status: string; readonly successor?: string };
}

/** What every telling of the story must end with. */
const ORDERED = 'TEST-SKU-123 × 2, TEST-SKU-456 × 1';
const SUCCESSOR = 'TEST-SKU-AAA × 4';

/**
 * One shopper: adds, checks out, adds and checks out again, pays, adds once more before the shop is told of the payment. The node dies once
 * on the way; whoever waited for it tries again.
 */
export class CheckoutStory implements AsyncDisposable {
  readonly #journalPath: string;
  readonly #standIn: StandInProcess;
  readonly #death: Death;
  readonly #problems: string[] = [];
  /** Calls of the kind that this story's death is at, made before it. */
  #callsBefore = 0;
  #port = 0;
  #node: CartNode | null = null;
  #client: HttpClient | null = null;
  #deaths = 0;
  #before = '';
  #afterDeath: Ending['afterDeath'] = 'never died';
  #known: ReadonlySet<string> = new Set();

  constructor(journalPath: string, standIn: StandInProcess, death: Death) {
    this.#journalPath = journalPath;
    this.#standIn = standIn;
    this.#death = death;
  }

  async tell(): Promise<Ending> {
    this.#port = await freePort();
    await this.#arrange();
    this.#known = new Set((await this.#orders()).map(({ id }) => id));
    await this.#live('step' in this.#death ? `${this.#death.step}:${this.#death.occurrence}` : '');
    await this.#add('TEST-SKU-123', 2);
    await this.#checkout('create', 1);
    await this.#add('TEST-SKU-456', 1);
    await this.#checkout('update', 1);
    const order = await this.#pay();
    await this.#add('TEST-SKU-AAA', 4);
    await this.#push(order);
    return this.#end(order);
  }

  /** Has the provider hold back the answer in which the node dies. */
  async #arrange(): Promise<void> {
    if (!('call' in this.#death)) return;
    const { call } = this.#death;
    await this.#control('POST', 'faults', { fault: 'hang', call });
    this.#callsBefore = (await this.#calls())[call] ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.[Symbol.dispose]();
    await this.#node?.[Symbol.asyncDispose]();
  }

  async #live(dieAt: string): Promise<void> {
    const origin = `http://127.0.0.1:${this.#port}`;
    this.#client?.[Symbol.dispose]();
    await this.#node?.[Symbol.asyncDispose]();
    this.#node = await CartNode.start({
      journalPath: this.#journalPath,
      httpPort: this.#port,
      program,
      env: {
        ...keepHistory,
        LEASE_MS: '600',
        DIE_AT: dieAt,
        CHECKOUT: 'kustom',
        CHECKOUT_BASE_URL: this.#standIn.baseUrl,
        CHECKOUT_USER: this.#standIn.user,
        CHECKOUT_PASSWORD: this.#standIn.password,
        CHECKOUT_SECRET: 'a-secret-of-no-use-but-in-this-proof',
        CHECKOUT_PUBLIC_URL: origin,
        CHECKOUT_PAGE_URL: `${origin}${CART}/checkout`,
        CHECKOUT_TERMS_URL: `${origin}/cart/`,
        CHECKOUT_CONFIRMATION_URL: `${origin}/cart/`,
        CHECKOUT_TIMEOUT_MS: '15000',
      },
    });
    this.#client = new HttpClient({ port: this.#port, connections: 4, timeoutMs: TIMEOUT_MS });
  }

  /** The next life, which dies no more. */
  async #revive(): Promise<void> {
    const how = await this.#node?.process.exited;
    if (how !== 'signal SIGKILL')
      throw new Error(`the node ended by itself: ${how ?? ''}\n${this.#node?.process.output ?? ''}`);
    this.#deaths += 1;
    await this.#live('');
    this.#afterDeath = (await this.#text()) === this.#before ? 'as before' : 'changed';
  }

  get #dead(): boolean {
    return this.#node?.process.running !== true;
  }

  async #add(sku: string, quantity: number): Promise<void> {
    const headers = { 'idempotency-key': sku };
    await this.#insist({ method: 'POST', path: CART, body: { sku, quantity }, headers });
    this.#before = await this.#text();
  }

  async #checkout(call: string, occurrence: number): Promise<void> {
    const checkingOut = this.#insist({ method: 'GET', path: `${CART}/checkout` });
    await this.#killedAt(call, occurrence);
    await checkingOut;
    this.#before = await this.#text();
  }

  /** Until the shop approves. Resolves with the order that was paid. */
  async #pay(): Promise<Order> {
    for (let n = 0; n < 5; n += 1) {
      const order = (await this.#orders()).at(-1);
      if (order === undefined) throw new Error('the provider has no order');
      const verdict = (await this.#control('POST', `orders/${order.id}/complete`)) as { approved: boolean };
      if (this.#dead) await this.#revive();
      this.#before = await this.#text();
      if (verdict.approved) return order;
      await this.#checkout('', 0);
    }
    throw new Error('the shop does not approve');
  }

  /** Tells the shop until it has acknowledged, as the provider does. */
  async #push({ id }: Order): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (performance.now() < deadlineMs) {
      const pushing = this.#control('POST', `orders/${id}/push`) as Promise<{ status: number }>;
      await this.#killedAt('placed', 1);
      await this.#killedAt('acknowledge', 1);
      const { status } = await pushing;
      await this.#settleDeath(status);
      if (status === 200) return;
    }
    throw new Error('the shop does not take the push');
  }

  async #settleDeath(status: number): Promise<void> {
    if (status === 0) await this.#node?.process.exited;
    if (this.#dead) await this.#revive();
  }

  /** Where this is the call that the provider does not answer: kills the node once it was carried out. */
  async #killedAt(call: string, occurrence: number): Promise<void> {
    if (this.#deaths > 0 || !('call' in this.#death) || this.#death.call !== call) return;
    if (this.#death.occurrence !== occurrence) return;
    await this.#node?.process.until(`the provider's ${call}`, PATIENCE_MS, async () => {
      const calls = await this.#calls();
      return (calls[call] ?? 0) > this.#callsBefore ? true : null;
    });
    this.#node?.process.signal('SIGKILL');
  }

  async #end(order: Order): Promise<Ending> {
    const ordered = await this.#view('story');
    const successor = await this.#view(ordered.checkout.successor ?? 'none');
    await this.#node?.process.stop();
    const orders = (await this.#orders()).filter(({ id }) => !this.#known.has(id));
    const paid = orders.find(({ id }) => id === order.id);
    await this.#judge(ordered, successor, paid?.acknowledgements ?? []);
    return {
      deaths: this.#deaths,
      afterDeath: this.#afterDeath,
      orders: orders.length,
      ordered: piecesOf(ordered),
      successor: piecesOf(successor),
      problems: this.#problems,
    };
  }

  async #judge(ordered: View, successor: View, acknowledgements: readonly string[]): Promise<void> {
    const mustBe = (what: string, is: unknown, wanted: unknown): void => {
      if (is !== wanted) this.#problems.push(`${what}: ${String(is)} instead of ${String(wanted)}`);
    };
    mustBe('deaths', this.#deaths, 1);
    mustBe('the cart', ordered.checkout.status, 'ordered');
    mustBe('the order', piecesOf(ordered), ORDERED);
    mustBe('the successor', piecesOf(successor), SUCCESSOR);
    mustBe('keys of acknowledgements', new Set(acknowledgements).size, 1);
    const kinds = await kindsIn(this.#journalPath, 'story');
    mustBe('OrderCreated', kinds.filter((kind) => kind === 'OrderCreated').length, 1);
    mustBe('adds', kinds.filter((kind) => kind === 'AddItem').length, 3);
    const taken = await kindsIn(this.#journalPath, ordered.checkout.successor ?? '');
    mustBe('what the successor has', taken.join(), 'TakeOver');
  }

  async #insist(call: Call): Promise<Answer & { readonly kind: 'answer' }> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (performance.now() < deadlineMs) {
      const answer = await this.#called(call);
      if (answer.kind === 'answer' && answer.status === 200) return answer;
      if (answer.kind === 'answer' && answer.status < 500)
        throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.text}`);
      // A connection may end a moment before the process is known to.
      if (answer.kind === 'lost') await Promise.race([this.#node?.process.exited, pause(1000)]);
      if (this.#dead) await this.#revive();
      else await pause(20);
    }
    throw new Error(`${call.method} ${call.path} does not succeed`);
  }

  #called(call: Call): Promise<Answer> {
    if (this.#client === null) throw new Error('no node lives');
    return this.#client.call(call);
  }

  async #text(id = 'story'): Promise<string> {
    return (await this.#insist({ method: 'GET', path: `/cart/byid/${id}` })).text;
  }

  async #view(id: string): Promise<View> {
    return JSON.parse(await this.#text(id)) as View;
  }

  #orders(): Promise<Order[]> {
    return this.#control('GET', 'orders') as Promise<Order[]>;
  }

  #calls(): Promise<Readonly<Record<string, number>>> {
    return this.#control('GET', 'calls') as Promise<Readonly<Record<string, number>>>;
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#standIn.baseUrl}/stand-in/${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(`the stand-in answers ${answer.status} to ${path}`);
    return answer.status === 204 ? null : answer.json();
  }
}

function piecesOf({ items }: View): string {
  return items.map(({ sku, quantity }) => `${sku} × ${quantity}`).join(', ');
}

/** The kinds of a cart's mutations, from the journal; no node may be running. */
async function kindsIn(path: string, cart: string): Promise<string[]> {
  const journal = new LmdbJournal({ path }, Date.now, (error) => {
    throw error;
  });
  try {
    const read = await journal.history(cart, 0);
    if (read.status !== 'ok') return [read.status];
    return read.records.flatMap(({ record }) =>
      decodeRecord(record).applied.map(({ mutation }) => mutation.type),
    );
  } finally {
    await journal.close();
  }
}
