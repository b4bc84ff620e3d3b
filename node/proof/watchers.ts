import { join } from 'node:path';
import { CartNode } from './cart-node.ts';
import { CartWatcher } from './cart-watcher.ts';
import { pause } from './child.ts';
import { HttpClient } from './http-client.ts';
import { sampleProcess } from './process-sample.ts';
import { Random } from './random.ts';
import { resultOf } from './row.ts';
import { Gate, Shoppers } from './shoppers.ts';
import { readAll } from './verify.ts';
import type { CartView } from './cart-book.ts';
import type { ProcessSample } from './process-sample.ts';
import type { Row, RowContext, RowResult } from './row.ts';

const WATCHERS = 200;
const load = {
  shoppers: 8,
  hotCarts: 5,
  carts: 45,
  mutationsPerCart: Infinity,
  mutationsPerHotCart: Infinity,
  thinkMs: 20,
  // What few carts remember of many keys would be most of what grows here.
  keyedShare: 0,
} as const;
const coming = { stayMs: { least: 100, most: 8000 }, awayMsMost: 400 } as const;
/** Of the minutes of the soak: this load makes in five what that one makes in thirty. */
const SHARE = 1 / 6;
const SAMPLES = 60;
/** Rise from the third to the last quarter of the run that counts as flat. */
const FLAT = 0.05;
/** Garbage comes and goes in minutes where there is room for it: with little room the lowest of many samples is what is in use. */
const HEAP = ['--max-old-space-size=128', '--max-semi-space-size=8'] as const;
/** Afterwards the node is ended so often, in turn by SIGTERM and by SIGKILL. */
const RESTARTS = 10;
const LIFE_MS = 3000;
const CATCH_UP_MS = 30_000;
const TIMEOUT_MS = 15_000;

/** Many who follow carts under load. */
export const watchers: Row = {
  name: 'watchers',
  claim: `${WATCHERS} readers follow 50 carts under load, leave and come back, over restarts and crashes: each sees every version once and in order; memory flat`,
  run,
};

/** The one node that serves at the moment. */
class Lives {
  readonly #journalPath: string;
  readonly #gate: Gate;
  readonly #ready: (() => void)[] = [];
  #node: CartNode | null = null;
  #client: HttpClient | null = null;

  constructor(journalPath: string, gate: Gate) {
    this.#journalPath = journalPath;
    this.#gate = gate;
  }

  async port(): Promise<number> {
    while (this.#node === null) await new Promise<void>((resolve) => this.#ready.push(resolve));
    return this.#node.httpPort;
  }

  async begin(): Promise<{ readonly node: CartNode; readonly client: HttpClient }> {
    const node = await CartNode.start({
      journalPath: this.#journalPath,
      env: { LEASE_MS: '1000' },
      nodeOptions: HEAP,
    });
    const client = new HttpClient({ port: node.httpPort, connections: load.shoppers, timeoutMs: TIMEOUT_MS });
    this.#node = node;
    this.#client = client;
    this.#gate.open(client);
    for (const resume of this.#ready.splice(0)) resume();
    return { node, client };
  }

  /** Resolves with how it ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
    const node = this.#node;
    this.#gate.close();
    this.#node = null;
    this.#client?.[Symbol.dispose]();
    if (node === null) return 'none ran';
    if (signal === 'SIGTERM') return node.process.stop();
    await node.process.kill();
    return node.process.exited;
  }
}

async function run(context: RowContext): Promise<RowResult> {
  const gate = new Gate();
  const random = new Random(context.seed);
  const shoppers = new Shoppers(gate, new Random(context.seed + 1), load);
  const lives = new Lives(join(context.directory, 'journal'), gate);
  const readers = readersOf(shoppers, random);
  const problems: string[] = [];
  const stop = new AbortController();
  const { node } = await lives.begin();
  const running = readers.map((reader) => reader.run(() => lives.port(), stop.signal));
  shoppers.start();
  const samples = await steady(context, node, readers);
  for (let n = 1; n <= RESTARTS; n += 1) {
    const signal = n % 2 === 1 ? 'SIGTERM' : 'SIGKILL';
    const end = await lives.end(signal);
    if (signal === 'SIGTERM' && end !== 'exit code 0') problems.push(`the node ended with ${end}`);
    await lives.begin();
    await pause(LIFE_MS);
  }
  await shoppers.stop();
  const { client } = await lastLife(lives);
  const views = await readAll(client, shoppers.books);
  const late = await caughtUp(readers, views);
  stop.abort();
  await Promise.all(running);
  await lives.end('SIGTERM');
  for (const { cart, problems: own } of readers) problems.push(...own.map((text) => `cart ${cart}: ${text}`));
  problems.push(...late);
  return judged(context, { shoppers, readers, views, samples, problems });
}

/** Each cart has as many readers as any other. */
function readersOf(shoppers: Shoppers, random: Random): CartWatcher[] {
  const accounts = shoppers.books.map(({ id }) => ({ id, account: new Map<number, string>() }));
  return Array.from({ length: WATCHERS }, (_, n) => {
    const { id, account } = accounts[n % accounts.length] as (typeof accounts)[number];
    return new CartWatcher(id, account, random, coming);
  });
}

async function steady(
  context: RowContext,
  node: CartNode,
  readers: readonly CartWatcher[],
): Promise<ProcessSample[]> {
  const samples: ProcessSample[] = [];
  for (let n = 1; n <= SAMPLES; n += 1) {
    await Promise.race([pause((context.minutes * SHARE * 60_000) / SAMPLES), node.process.exited]);
    if (!node.process.running) throw new Error(`the node ended: ${node.process.output}`);
    const sample = sampleProcess(node.process.pid);
    samples.push(sample);
    if (n % (SAMPLES / 6) !== 0) continue;
    const { changes, connections } = sums(readers);
    context.say(
      `${sample.anonymousMiB.toFixed(0)} MiB anonymous, ${changes} changes seen, ${connections} connections`,
    );
  }
  return samples;
}

async function lastLife(lives: Lives): Promise<{ readonly client: HttpClient }> {
  await lives.end('SIGTERM');
  return lives.begin();
}

/** Those who don't have the newest version in time, nothing changing any more. */
async function caughtUp(
  readers: readonly CartWatcher[],
  views: ReadonlyMap<string, CartView>,
): Promise<string[]> {
  const deadlineMs = performance.now() + CATCH_UP_MS;
  const behind = (): CartWatcher[] =>
    readers.filter(({ cart, version }) => version !== views.get(cart)?.version);
  while (behind().length > 0 && performance.now() < deadlineMs) await pause(50);
  return behind().map(({ cart, version }) => {
    return `cart ${cart}: a reader has ${String(version)}, the cart is at ${String(views.get(cart)?.version)}`;
  });
}

interface Evidence {
  readonly shoppers: Shoppers;
  readonly readers: readonly CartWatcher[];
  readonly views: ReadonlyMap<string, CartView>;
  readonly samples: readonly ProcessSample[];
  readonly problems: string[];
}

function judged(context: RowContext, { shoppers, readers, views, samples, problems }: Evidence): RowResult {
  const [before = 0, after = 0] = floors(samples.map(({ anonymousMiB }) => anonymousMiB)).slice(-2);
  const memory = after / before - 1;
  if (memory > FLAT) problems.push(`memory rose by ${percent(memory)}`);
  const { changes, connections } = sums(readers);
  const versions = [...views.values()].reduce((sum, { version }) => sum + version, 0);
  if (changes === 0) problems.push('no reader saw any change');
  const figures = {
    minutes: context.minutes * SHARE,
    readers: readers.length,
    carts: views.size,
    'versions made': versions,
    'changes seen by all readers': changes,
    'connections of readers': connections,
    'restarts, every second one a SIGKILL': RESTARTS,
    'least anonymous memory in the third and the last quarter, MiB': `${before.toFixed(0)}, ${after.toFixed(0)}`,
    'rise of anonymous memory': percent(memory),
    answers: JSON.stringify(shoppers.tally),
  };
  return resultOf(figures, shoppers.staleReads, problems);
}

/** The least of each quarter. */
function floors(samples: readonly number[]): number[] {
  const length = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3].map((quarter) => Math.min(...samples.slice(quarter * length, (quarter + 1) * length)));
}

function sums(readers: readonly CartWatcher[]): { changes: number; connections: number } {
  return readers.reduce(
    (sum, one) => ({ changes: sum.changes + one.changes, connections: sum.connections + one.connections }),
    { changes: 0, connections: 0 },
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
