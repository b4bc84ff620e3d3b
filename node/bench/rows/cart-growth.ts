import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startNode } from '../bench.ts';
import { requestText } from '../http-connection.ts';
import { costRatio, cpuRatio, interleave, joined, withCpu } from '../interleave.ts';
import { Load } from '../load.ts';
import { COUNTRY, products } from '../products.ts';
import { addText } from '../shopper.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Contender, Series, Stretch } from '../interleave.ts';
import type { Requests } from '../load.ts';

const CONNECTIONS = 16;
/** A snapshot falls due after so many records: a stretch in which every cart gets as many pays for one of each cart. */
const SNAPSHOT_EVERY = 64;

/** What a cart's own size and age cost an add: its 200th line against its 2nd, its 10,000th add against its 100th. */
export const cartGrowth: BenchRow = { name: 'cart-growth', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startNode(bench, join(bench.directory, 'cart-growth')));
  const server = { port: node.httpPort, pid: node.process.pid };
  const rounds = bench.quick ? 1 : 11;
  const carts = bench.quick ? 2 * CONNECTIONS : 8 * CONNECTIONS;
  const cycles = bench.quick ? 1 : SNAPSHOT_EVERY / 2;
  const long = await Lines.fill(server, 200, carts, cycles);
  const short = await Lines.fill(server, 2, carts, cycles);
  for (const lines of [long, short]) await lines.measure();
  const lines = await interleave([long, short], rounds);
  const old = await Aged.grow(server, bench.quick ? 200 : 10_000);
  const young: Contender = {
    name: 'young',
    measure: async () => (await Aged.grow(server, 100)).measure(),
  };
  const adds = await interleave([old, young], rounds);
  return [figure('200th line ÷ 2nd line', lines, 2), figure('10,000th add to one cart ÷ 100th', adds, 1.15)];
}

function figure(name: string, [big, small]: readonly Series[], most: number): Figure {
  if (big === undefined || small === undefined) throw new Error('both are measured');
  const { p50Ms, p99Ms } = big;
  const cpu = cpuRatio(big, small).toFixed(2);
  const note = `time of an add with ${CONNECTIONS} connections busy; CPU time alone ${cpu} ×`;
  return { name, value: costRatio(big, small), unit: '×', bound: { most }, aim: 1.05, p50Ms, p99Ms, note };
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

/** Carts that get their n-th line again and again: it is removed in between, and only the adds are measured. */
class Lines implements Contender {
  readonly name: string;
  readonly #server: Server;
  readonly #line: number;
  readonly #carts: readonly string[];
  readonly #cycles: number;
  /** Lines that each cart was given so far: line ids are never used twice. */
  #lastId: number;

  private constructor(server: Server, line: number, carts: readonly string[], cycles: number) {
    this.name = `line ${line}`;
    this.#server = server;
    this.#line = line;
    this.#carts = carts;
    this.#cycles = cycles;
    this.#lastId = line - 1;
  }

  static async fill(server: Server, line: number, carts: number, cycles: number): Promise<Lines> {
    const ids = Array.from({ length: carts }, newCart);
    const items = products.slice(0, line - 1).map(({ sku }) => ({ sku, quantity: 1, country: COUNTRY }));
    await onEach(server, ids, (cart) => requestText('POST', `/cart/byid/${cart}/set`, { items }));
    // Carts of even and of odd age: of their snapshots, half fall on an add and half on a removal.
    const odd = ids.filter((_, n) => Math.floor(n / CONNECTIONS) % 2 === 1);
    await onEach(server, odd, (cart) => requestText('PUT', `/cart/byid/${cart}`, { id: 1, quantity: 2 }));
    return new Lines(server, line, ids, cycles);
  }

  async measure(): Promise<Stretch> {
    const added: Stretch[] = [];
    for (let cycle = 0; cycle < this.#cycles; cycle += 1) {
      const sku = (products[this.#line - 1] as { sku: string }).sku;
      added.push(await onEach(this.#server, this.#carts, (cart) => addText(cart, sku)));
      const id = (this.#lastId += 1);
      await onEach(this.#server, this.#carts, (cart) => requestText('DELETE', `/cart/byid/${cart}/${id}`));
    }
    return joined(added);
  }
}

/** Carts with many adds behind them, all to the same twenty lines. */
class Aged implements Contender {
  readonly name: string;
  readonly #server: Server;
  readonly #carts = Array.from({ length: CONNECTIONS }, newCart);
  #adds = 0;

  private constructor(server: Server, adds: number) {
    this.name = `after ${adds} adds`;
    this.#server = server;
  }

  static async grow(server: Server, adds: number): Promise<Aged> {
    const aged = new Aged(server, adds);
    await aged.#add(adds);
    return aged;
  }

  measure(): Promise<Stretch> {
    return this.#add(SNAPSHOT_EVERY);
  }

  async #add(count: number): Promise<Stretch> {
    const first = this.#adds;
    this.#adds += count;
    const load = await Load.open(this.#server.port, CONNECTIONS, (lane) => {
      let n = first;
      return () => addText(this.#carts[lane] as string, (products[n++ % 20] as { sku: string }).sku);
    });
    try {
      return await withCpu(this.#server.pid, () => load.each(count));
    } finally {
      load.close();
    }
  }
}

/** One request to each cart. Their number is a multiple of {@link CONNECTIONS}. */
async function onEach(
  { port, pid }: Server,
  carts: readonly string[],
  text: (cart: string) => string,
): Promise<Stretch> {
  const load = await Load.open(port, CONNECTIONS, (lane): Requests => {
    let n = 0;
    return () => text(carts[lane + CONNECTIONS * n++] as string);
  });
  try {
    return await withCpu(pid, () => load.each(carts.length / CONNECTIONS));
  } finally {
    load.close();
  }
}

function newCart(): string {
  return randomBytes(16).toString('base64url');
}
