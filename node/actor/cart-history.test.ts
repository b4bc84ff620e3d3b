import assert from 'node:assert/strict';
import { readHistory, readRecords } from './cart-history.ts';
import { DamagedCartError, RetriableError } from './errors.ts';
import { encodeRecord } from './record.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { StoredRecord } from '../journal/port.ts';
import type { HistoryPage } from './cart-history.ts';
import type { Harness } from './testing/fixtures.ts';

describe('cart history', () => {
  let test: Harness;

  beforeEach(async () => {
    test = await harness();
  });

  async function change(times = 1): Promise<void> {
    for (let time = 0; time < times; time += 1) await test.pool.apply('c', { mutation: add() });
  }

  function page(fromVersion = 1, limit = 100): Promise<HistoryPage> {
    return readHistory(test, 'c', fromVersion, limit);
  }

  it('has each change with its version and time, oldest first', async () => {
    await change();
    const firstMs = test.clock.wallMs();
    test.clock.advance(1000);
    await test.pool.apply('c', { mutation: { type: 'Clear', message: {} } });
    const { version, retainedFrom, changes, next } = await page();
    assert.deepEqual([version, retainedFrom, next], [2, 1, null]);
    assert.deepEqual(
      changes.map((one) => [one.version, one.atMs, one.mutation.type]),
      [
        [1, firstMs, 'AddItem'],
        [2, firstMs + 1000, 'Clear'],
      ],
    );
  });

  it('is empty for a cart that was never changed', async () => {
    assert.deepEqual(await page(), { version: 0, retainedFrom: null, changes: [], next: null });
  });

  it('is read page by page, also where changes share a record', async () => {
    const release = test.journal.hold();
    const changes = Array.from({ length: 10 }, () => change());
    await settled();
    release();
    await Promise.all(changes);
    await change(3);
    const seen: number[] = [];
    for (let from: number | null = 1; from !== null;) {
      const { changes: some, next } = await page(from, 4);
      assert.ok(some.length <= 4);
      seen.push(...some.map(({ version }) => version));
      from = next;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 13 }, (_, index) => index + 1),
    );
  });

  it('has shorter pages where changes are large, and every change all the same', async () => {
    const items = Array.from({ length: 250 }, () => ({ sku: 'A', quantity: 1, country: 'se' }));
    const set = { type: 'SetCartRequest', message: { items } } as const;
    const release = test.journal.hold();
    const sets = Array.from({ length: 60 }, () => test.pool.apply('c', { mutation: set }));
    await settled();
    release();
    await Promise.all(sets);
    const seen: number[] = [];
    for (let from: number | null = 1; from !== null;) {
      const { changes, next } = await page(from, 1000);
      assert.ok(JSON.stringify(changes).length < 1 << 20);
      seen.push(...changes.map(({ version }) => version));
      from = next;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it('is in records that each hold a few large changes only', async () => {
    const items = Array.from({ length: 250 }, () => ({ sku: 'A', quantity: 1, country: 'se' }));
    const set = { type: 'SetCartRequest', message: { items } } as const;
    const release = test.journal.hold();
    const sets = Array.from({ length: 40 }, () => test.pool.apply('c', { mutation: set }));
    await settled();
    release();
    await Promise.all(sets);
    const sizes = (await readRecords(test.journal, 'c', 1)).map(({ record }) => record.length);
    assert.ok(Math.max(...sizes) < 64 * 1024, String(sizes));
  });

  it('reads of records before a page only where they begin', async () => {
    await change(2);
    const [, second] = await readRecords(test.journal, 'c', 1);
    const beginning = encodeRecord({ firstVersion: 1, atMs: 1, applied: [] });
    // Of the field with what was applied: three bytes that are no message.
    const record = Buffer.concat([beginning, Uint8Array.of(0x22, 3, 0xff, 0xff, 0xff)]);
    const records = [{ epoch: 1, seq: 1, record }, second as StoredRecord];
    test.journal.history = () => Promise.resolve({ status: 'ok', records });
    const { retainedFrom, changes } = await page(2);
    assert.deepEqual([retainedFrom, changes.length], [1, 1]);
    await assert.rejects(page(1), DamagedCartError);
  });

  it('begins where its keeping begins, and says where that is', async () => {
    await change(400);
    const all = await page(1, 1000);
    assert.ok(all.retainedFrom !== null && all.retainedFrom > 100);
    assert.deepEqual(
      all.changes.map(({ version }) => version),
      Array.from({ length: 400 - all.retainedFrom + 1 }, (_, index) => (all.retainedFrom ?? 0) + index),
    );
    for (const from of [all.retainedFrom, 350, 399, 400])
      assert.equal((await page(from, 1)).changes[0]?.version, from);
    assert.deepEqual((await page(401)).changes, []);
  });

  it('does not tell of what is in the journal while nobody was told that it landed', async () => {
    await change();
    test.journal.faults.push('lose-answer');
    await assert.rejects(change());
    const { version, changes } = await page();
    assert.deepEqual([version, changes.length], [1, 1]);
    await settled();
    test.clock.advance(100);
    await settled();
    assert.equal((await page()).changes.length, 2);
  });

  it('is refused while the journal does not answer, and where it is damaged', async () => {
    await change();
    const error = new Error('injected');
    test.journal.history = () => Promise.resolve({ status: 'refused', reason: 'unavailable', error });
    await assert.rejects(page(), RetriableError);
    test.journal.history = () => Promise.resolve({ status: 'damaged', error });
    await assert.rejects(page(), DamagedCartError);
    const record = Buffer.from('no record');
    test.journal.history = () => Promise.resolve({ status: 'ok', records: [{ epoch: 1, seq: 1, record }] });
    await assert.rejects(page(), DamagedCartError);
  });
});
