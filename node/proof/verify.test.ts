import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../actor/remembered-requests.ts';
import { encodeRecord } from '../actor/record.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { CartBook } from './cart-book.ts';
import { verify } from './verify.ts';
import type { AppliedMutation } from '../actor/record.ts';
import type { Product } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

const product: Product = {
  sku: 'A',
  name: 'Article',
  unitPrice: 100,
  unitDiscount: 0,
  taxRate: 2500,
  currency: 'SEK',
  country: 'se',
  type: 'physical',
};
const add: Mutation = { type: 'AddItem', message: { product, quantity: 2 } };
const change: Mutation = { type: 'ChangeQuantity', message: { id: 1, quantity: 7 } };
const KEY = 'order of cart no 1';

describe('verification of a journal', () => {
  let path: string;
  let book: CartBook;
  const shown = {
    version: 3,
    items: [{ id: 1, sku: 'A', quantity: 9, name: 'Article' }],
    deliveries: [],
  };

  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'proof-verify-'));
    const journal = new LmdbJournal({ path }, Date.now, (error) => assert.fail(error));
    const session = await journal.openSession({ node: 'test', address: '', leaseMs: 1000 });
    const record = (firstVersion: number, ...applied: AppliedMutation[]): Uint8Array =>
      encodeRecord({ firstVersion, atMs: 1, applied });
    const keyed: AppliedMutation = { mutation: add, status: 200, ...identify(KEY, add) };
    const entry = { cart: 'cart', expiresDay: 40_000 };
    const first = record(1, { mutation: add, status: 200 }, { mutation: change, status: 200 });
    const [made] = await journal.create(session, [{ ...entry, recordId: 1, record: first }]);
    assert.ok(made?.status === 'ok');
    await journal.append(session, [{ ...entry, recordId: 2, record: record(3, keyed), head: made.head }]);
    await journal.closeSession(session);
    await journal.close();
    book = new CartBook('cart');
    book.note('add A 2', 'acknowledged', { version: 1 });
    book.note('quantity of 1 7', 'acknowledged', { version: 2 });
    book.note('add A 2', 'acknowledged', { key: KEY, version: 3 });
  });

  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it('finds nothing where books, journal and node agree', async () => {
    const verdict = await verify(path, [book], new Map([['cart', shown]]));
    assert.deepEqual(verdict, { carts: 1, versions: 3, findings: [] });
  });

  it('finds an acknowledgement that the journal knows nothing of', async () => {
    book.note('remove 1', 'acknowledged', { version: 4 });
    const { findings } = await verify(path, [book], new Map([['cart', shown]]));
    assert.deepEqual(new Set(findings.map(({ kind }) => kind)), new Set(['lost']));
  });

  it('finds a mutation that nobody asked for', async () => {
    const { findings } = await verify(path, [new CartBook('cart')], new Map());
    assert.deepEqual(new Set(findings.map(({ kind }) => kind)), new Set(['foreign']));
  });

  it('finds a node that shows another version or other lines than the history makes', async () => {
    for (const view of [
      { ...shown, version: 2 },
      { ...shown, items: [{ id: 1, sku: 'A', quantity: 8 }] },
      { ...shown, items: [] },
    ]) {
      const { findings } = await verify(path, [book], new Map([['cart', view]]));
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ['state'],
      );
    }
  });
});
