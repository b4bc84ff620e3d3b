import { join } from 'node:path';
import { CartNode } from './cart-node.ts';
import { pause } from './child.ts';
import { countOf } from './history-checker.ts';
import { HttpClient } from './http-client.ts';
import { Random } from './random.ts';
import { resultOf } from './row.ts';
import { Gate, Shoppers } from './shoppers.ts';
import { readAll, verify } from './verify.ts';
import type { Row, RowContext, RowResult } from './row.ts';

/** Of the kills, while the node starts. */
const START_KILLS = 0.15;
const START_MS = 600;
/** From the first acknowledgement of a node's life to its end, ms. */
const LIFE_MS = { least: 10, most: 1500 } as const;
const TIMEOUT_MS = 15_000;

const load = {
  shoppers: 16,
  hotCarts: 4,
  carts: 100,
  mutationsPerCart: 60,
  mutationsPerHotCart: 1500,
  thinkMs: 0,
} as const;

/** Settings under which the journal keeps every record, so that the whole history can be judged. */
export const keepHistory: Readonly<Record<string, string>> = { HISTORY_RECORDS: '100000' };

/** A node under load, killed at random moments, again and again over one journal. */
export const kills: Row = {
  name: 'kills',
  claim:
    'after SIGKILL at random moments under load: acknowledged and lost 0, doubled 0, history without gaps',
  run,
};

async function run(context: RowContext): Promise<RowResult> {
  const moments = new Random(context.seed);
  const gate = new Gate();
  const shoppers = new Shoppers(gate, new Random(context.seed + 1), load);
  const lives = new Lives(join(context.directory, 'journal'), gate, shoppers);
  shoppers.start();
  for (let n = 1; n <= context.kills; n += 1) {
    if (moments.next() < START_KILLS) await lives.dieStarting(moments.between(0, START_MS));
    else await lives.dieServing(moments.between(LIFE_MS.least, LIFE_MS.most));
    if (n % 10 === 0 || n === context.kills)
      context.say(`${n} of ${context.kills} kills, ${shoppers.acknowledged} mutations acknowledged`);
    if (shoppers.staleReads.length > 0) break;
  }
  return lives.end();
}

/** The lives of one node over one journal. */
class Lives {
  readonly #journalPath: string;
  readonly #gate: Gate;
  readonly #shoppers: Shoppers;
  readonly #readyMs: number[] = [];
  #starting = 0;
  #serving = 0;

  constructor(journalPath: string, gate: Gate, shoppers: Shoppers) {
    this.#journalPath = journalPath;
    this.#gate = gate;
    this.#shoppers = shoppers;
  }

  async dieStarting(afterMs: number): Promise<void> {
    await using node = await this.#spawn();
    await pause(afterMs);
    await node.process.kill();
    this.#starting += 1;
  }

  async dieServing(afterMs: number): Promise<void> {
    await using node = await this.#spawn();
    using client = await this.#serve(node);
    const before = this.#shoppers.acknowledged;
    this.#gate.open(client);
    await node.process.until('an acknowledgement', 30_000, () =>
      Promise.resolve(this.#shoppers.acknowledged > before ? true : null),
    );
    await pause(afterMs);
    node.process.signal('SIGKILL');
    this.#gate.close();
    await node.process.exited;
    this.#serving += 1;
  }

  /** A last life in which everything is settled and read; then the journal is judged. */
  async end(): Promise<RowResult> {
    const { books, staleReads } = this.#shoppers;
    let views;
    {
      await using node = await this.#spawn();
      using client = await this.#serve(node);
      this.#gate.open(client);
      await this.#shoppers.stop();
      views = await readAll(client, books);
      await node.process.stop();
    }
    const verdict = await verify(this.#journalPath, books, views);
    const findings = [...staleReads, ...verdict.findings];
    const figures = {
      'kills while serving': this.#serving,
      'kills while starting': this.#starting,
      acknowledged: this.#shoppers.acknowledged,
      'unknown outcome, no key': unknownOf(books),
      carts: verdict.carts,
      'versions in the history': verdict.versions,
      lost: countOf(findings, 'lost'),
      doubled: countOf(findings, 'doubled'),
      foreign: countOf(findings, 'foreign'),
      gaps: countOf(findings, 'gap'),
      'wrong reads': countOf(findings, 'state'),
      'start to ready, median ms': median(this.#readyMs),
      answers: JSON.stringify(this.#shoppers.tally),
    };
    return resultOf(figures, findings);
  }

  #spawn(): Promise<CartNode> {
    return CartNode.spawn({ journalPath: this.#journalPath, env: keepHistory });
  }

  /** Waits until the node serves, and reads the carts in use before any shopper may change them again. */
  async #serve(node: CartNode): Promise<HttpClient> {
    const startedMs = performance.now();
    await node.ready();
    this.#readyMs.push(performance.now() - startedMs);
    const client = new HttpClient({
      port: node.httpPort,
      connections: load.shoppers,
      timeoutMs: TIMEOUT_MS,
    });
    await this.#shoppers.checkCarts(client);
    return client;
  }
}

function unknownOf(books: Shoppers['books']): number {
  return books.reduce((sum, { sent }) => sum + sent.filter(({ outcome }) => outcome === 'unknown').length, 0);
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);
}
