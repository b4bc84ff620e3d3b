import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { systemClock } from '../actor/clock.ts';
import { GroupCommit } from '../actor/group-commit.ts';
import { LocalGrainPool, poolDefaults } from '../actor/local-pool.ts';
import { createRegistry } from '../domain/mutations.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { pause } from '../proof/child.ts';
import { stockedCart } from './stock.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Session } from '../journal/port.ts';

/**
 * A process of its own: the real pool over the real journal, with every stocked cart loaded. Prints what it weighs as JSON.
 *
 *     node --expose-gc resident-carts.ts --journal=<path> --carts=<n> --load-ms=<n>
 */
export interface Weight {
  /** Heap and external memory of one more resident cart, key and map entry included. */
  readonly bytesPerCart: number;
  /** With all of them resident and at rest. */
  readonly anonymousMiB: number;
  readonly rssMiB: number;
  /** Of the anonymous memory, what V8 holds for its heap, full or not. */
  readonly heapMiB: number;
  /** Pauses from then on, under load and in one forced full collection. */
  readonly longestPauseMs: number;
  readonly longestPauseUnderLoadMs: number;
  readonly fullCollectionMs: number;
}

const AT_ONCE = 512;
/** Loaded before the weighing begins, so that everything that is there once is there. */
const FIRST = 1000;
const MIB = 1 << 20;

const { values } = parseArgs({
  options: { journal: { type: 'string' }, carts: { type: 'string' }, 'load-ms': { type: 'string' } },
});
const carts = Number(values.carts);
const journal = new LmdbJournal({ path: values.journal ?? '' }, Date.now, (error) => {
  throw error;
});
const session: Session = await journal.openSession({ node: 'bench', address: '', leaseMs: 600_000 });
const pool = new LocalGrainPool(
  {
    clock: systemClock,
    registry: createRegistry(),
    journal,
    commit: new GroupCommit(journal, () => systemClock.monotonicMs(), { batchDone: () => undefined }),
    catalog: neverAsked(),
    observer: {
      mutationDone: () => undefined,
      evicted: (reason) => {
        throw new Error(`a cart was evicted: ${reason}`);
      },
      damaged: (cart, error) => {
        throw new Error(`cart ${cart} is damaged`, { cause: error });
      },
    },
    mintMergeId: () => 'none',
    session: () => session,
  },
  { ...poolDefaults, poolSize: carts + FIRST, restAfterMs: 1000 },
);
const purging = setInterval(() => pool.purge(), 1000);
const pauses: { ms: number; forced: boolean }[] = [];
let forced = false;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) pauses.push({ ms: duration, forced });
});

try {
  process.stdout.write(`${JSON.stringify(await weigh())}\n`);
} finally {
  clearInterval(purging);
  observer.disconnect();
  await journal.close();
}

async function weigh(): Promise<Weight> {
  await load(0, FIRST);
  const before = await settledBytes();
  await load(FIRST, carts);
  const bytesPerCart = ((await settledBytes()) - before) / (carts - FIRST);
  if (pool.size !== carts) throw new Error(`${pool.size} carts are resident, not ${carts}`);
  observer.observe({ entryTypes: ['gc'] });
  await changeSome(Number(values['load-ms']));
  await pause(50);
  forced = true;
  globalThis.gc?.();
  await pause(50);
  const longest = (of: boolean[]): number =>
    Math.max(0, ...pauses.filter((one) => of.includes(one.forced)).map(({ ms }) => ms));
  return {
    bytesPerCart,
    ...memory(),
    longestPauseMs: longest([true, false]),
    longestPauseUnderLoadMs: longest([false]),
    fullCollectionMs: longest([true]),
  };
}

/** Claims carts by changing them, many at once. */
async function load(from: number, to: number): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < to) await change(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Carts that wake up, change and rest again, while all the others lie there. */
async function changeSome(forMs: number): Promise<void> {
  const untilMs = performance.now() + forMs;
  let n = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < untilMs) await change((n += 7919) % carts);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

async function change(n: number): Promise<void> {
  const message = { id: 1, quantity: (n % 9) + 1 };
  await pool.apply(stockedCart(n), { mutation: { type: 'ChangeQuantity', message } });
}

/** Bytes in use once every cart rests and garbage is gone. */
async function settledBytes(): Promise<number> {
  while (pool.activeSize > 0) await pause(100);
  // Buffers are let go of behind a collection, and what held them falls to the next one.
  for (let n = 0; n < 3; n += 1) {
    globalThis.gc?.();
    await pause(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function memory(): Pick<Weight, 'anonymousMiB' | 'rssMiB' | 'heapMiB'> {
  const status = readFileSync('/proc/self/status', 'utf8');
  const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    anonymousMiB: (kib('RssAnon') * 1024) / MIB,
    rssMiB: (kib('VmRSS') * 1024) / MIB,
    heapMiB: process.memoryUsage().heapTotal / MIB,
  };
}

/** A change of quantity needs no answer of the catalog. */
function neverAsked(): Catalog {
  const refuse = (): never => {
    throw new Error('the catalog was asked');
  };
  return { product: refuse, delivery: refuse, trouble: () => null, close: () => Promise.resolve() };
}
