import { createHash, hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRecord } from '../actor/record.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { products } from './products.ts';
import type { CreateEntry, WriteOutcome } from '../journal/port.ts';

/** Journals with many carts in them, made by the journal's own adapter and codec, and kept for the next run. */

/** About what a node sends at a time. */
const BATCH = 200;
const LINES = 5;
const DAY_MS = 86_400_000;
const cache = join(import.meta.dirname, '../../.cache/bench');

/** The id of a stocked cart. Hashes: ids in a real journal are in no order either. */
export function stockedCart(n: number): string {
  return hash('sha256', `stocked cart ${n}`, 'base64url').slice(0, 22);
}

/** The skus in the lines of every stocked cart. */
export const stockedSkus: readonly string[] = products.slice(0, LINES).map(({ sku }) => sku);

/** Puts a copy of a journal with that many carts of five lines into `path`. Building one with a million takes a minute or two, once. */
export async function stock(path: string, carts: number, say: (text: string) => void): Promise<void> {
  const kept = join(cache, `carts-${carts}-${codeHash()}`);
  if (!existsSync(kept)) {
    // Those of other code can't be trusted any more.
    for (const name of existsSync(cache) ? readdirSync(cache) : [])
      if (name.startsWith(`carts-${carts}-`)) rmSync(join(cache, name), { recursive: true });
    say(`building a journal with ${carts} carts, kept in ${kept}`);
    const building = join(cache, `building-${carts}`);
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building, { recursive: true });
    await build(building, carts);
    renameSync(building, kept);
  }
  await cp(kept, path, { recursive: true });
}

async function build(path: string, carts: number): Promise<void> {
  const fatal = (error: Error): void => {
    throw error;
  };
  const journal = new LmdbJournal({ path }, Date.now, fatal);
  const session = await journal.openSession({ node: 'bench', address: '', leaseMs: 600_000 });
  const expiresDay = Math.floor(Date.now() / DAY_MS) + 30;
  const record = recordOfLines();
  for (let first = 0; first < carts; first += BATCH) {
    const count = Math.min(BATCH, carts - first);
    const batch = Array.from({ length: count }, (_, n): CreateEntry => ({
      cart: stockedCart(first + n),
      recordId: first + n + 1,
      record,
      expiresDay,
    }));
    requireLanded(await journal.create(session, batch));
  }
  await journal.closeSession(session);
  await journal.close();
}

function requireLanded(outcomes: readonly WriteOutcome[]): void {
  const bad = outcomes.find(({ status }) => status !== 'ok');
  if (bad !== undefined)
    throw new Error(
      `stocking the journal: ${JSON.stringify(bad)}`,
      'error' in bad ? { cause: bad.error } : {},
    );
}

/** One record that adds five lines, as one request with a batch would. */
function recordOfLines(): Uint8Array {
  const mutations = products
    .slice(0, LINES)
    .map((product) => ({ type: 'AddItem', message: { product, quantity: 1 } }) as const);
  const mutation = { type: 'Batch', message: { mutations } } as const;
  return encodeRecord({ firstVersion: 1, atMs: Date.now(), applied: [{ mutation, status: 200 }] });
}

/** Changes with everything that decides on the bytes of a stocked journal. */
function codeHash(): string {
  const sum = createHash('sha256');
  const root = join(import.meta.dirname, '../..');
  const files = readdirSync(join(root, 'node/journal'))
    .filter((name) => name.startsWith('lmdb') && name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => join('node/journal', name));
  const more = [
    'node/actor/record.ts',
    'proto/messages.proto',
    'node/bench/stock.ts',
    'node/bench/products.ts',
  ];
  for (const file of [...files, ...more].sort()) sum.update(file).update(readFileSync(join(root, file)));
  return sum.digest('hex').slice(0, 12);
}
