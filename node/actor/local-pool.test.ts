import assert from 'node:assert/strict';
import { emptyCart } from '../domain/cart.ts';
import { DamagedCartError, RetriableError } from './errors.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { CreateEntry, StoredRecord } from '../journal/port.ts';
import type { Harness } from './testing/fixtures.ts';

function isRetriable(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RetriableError && error.code === code;
}

/** Adds to each of the carts, one after the other, a second apart. */
async function fill(test: Harness, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await test.pool.apply(id, { mutation: add() });
    test.clock.advance(1000);
  }
}

/** A record as a cart's first one: what `add` stores. */
async function stored(cart: string): Promise<CreateEntry> {
  const elsewhere = await harness();
  await elsewhere.pool.apply(cart, { mutation: add() });
  const read = await elsewhere.journal.history(cart, 1);
  assert.ok(read.status === 'ok');
  return { cart, recordId: 1_000_000, record: (read.records[0] as StoredRecord).record, expiresDay: 30_000 };
}

/** Runs within this turn, when that many promises in a row were settled. */
async function stepsLater<T>(steps: number, run: () => T | Promise<T>): Promise<T> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
  return run();
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `c${index}`);
}

describe('local pool', () => {
  it('reads an id that was never changed as an empty cart, and neither claims nor keeps anything', async () => {
    const test = await harness();
    assert.deepEqual(await test.pool.read('new'), emptyCart('new'));
    assert.equal(test.pool.size, 0);
    assert.equal(test.journal.claims, 0);
  });

  it('shows what others made of an id that it had in use without ever storing it', async () => {
    const test = await harness();
    await assert.rejects(test.pool.apply('c', { mutation: add('no-such') }), { code: 'unknown-sku' });
    assert.equal((await test.pool.read('c')).version, 0);
    const owner = await test.another();
    await owner.pool.apply('c', { mutation: add() });
    await owner.pool.close(new AbortController().signal);
    await owner.journal.closeSession(owner.session);
    assert.equal((await test.pool.read('c')).version, 1);
  });

  it('loads a cart once for all requests that come at the same time', async () => {
    const test = await harness();
    await Promise.all(names(10).map(() => test.pool.apply('c', { mutation: add() })));
    assert.equal(test.journal.claims, 1);
    assert.equal((await test.pool.read('c')).lines[0]?.quantity, 10);
  });

  it('hands out the same object as long as nothing changed', async () => {
    const test = await harness();
    const { cart } = await test.pool.apply('c', { mutation: add() });
    assert.equal(await test.pool.read('c'), cart);
  });

  it('packs a grain that nobody uses, and unpacks it with everything it knew', async () => {
    const test = await harness();
    await test.pool.apply('c', { mutation: add(), requestId: 'r' });
    await test.pool.apply('c', {
      mutation: { type: 'SetDelivery', message: { provider: 'standard', items: [] } },
    });
    const before = await test.pool.read('c');
    test.clock.advance(10_000);
    test.pool.purge();
    assert.deepEqual([test.pool.activeSize, test.pool.size], [0, 1]);
    assert.deepEqual(await test.pool.read('c'), before);
    assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, true);
    assert.equal((await test.pool.apply('c', { mutation: add() })).version, 3);
    assert.equal(test.journal.claims, 1);
  });

  it('lets go of what was idle for long, but not of what changed recently or is watched', async () => {
    const test = await harness({ idleTtlMs: 60_000, changedTtlMs: 300_000 });
    await fill(test, ['old', 'watched']);
    await test.pool.watch('watched', { changed: () => undefined, ended: () => undefined });
    test.clock.advance(250_000);
    await fill(test, ['changed']);
    test.clock.advance(100_000);
    test.pool.purge();
    test.pool.purge();
    await test.commit.idle();
    await settled();
    assert.equal(test.pool.size, 2);
    assert.deepEqual(test.evicted, ['idle']);
    assert.equal((await test.journal.readCold('old')).status, 'ok', 'released');
    assert.equal((await test.journal.readCold('changed')).status, 'owned');
    assert.equal((await test.journal.readCold('watched')).status, 'owned');
  });

  it('evicts the cart that was idle for longest when it is full, and loses nothing', async () => {
    const test = await harness({ poolSize: 16 });
    await fill(test, names(16));
    test.clock.advance(10_000);
    test.pool.purge();
    await test.pool.read('c0');
    await test.pool.apply('one more', { mutation: add() });
    await settled();
    assert.deepEqual(test.evicted, ['capacity']);
    assert.equal((await test.journal.readCold('c1')).status, 'ok', 'c0 was used after it');
    assert.equal((await test.pool.read('c1')).lines.length, 1);
    assert.equal((await test.pool.apply('c1', { mutation: add() })).version, 2);
  });

  it('evicts active grains, oldest first, when none rests', async () => {
    const test = await harness({ poolSize: 16 });
    await fill(test, names(17));
    await settled();
    assert.equal((await test.journal.readCold('c0')).status, 'ok');
    assert.equal((await test.journal.readCold('c1')).status, 'owned');
  });

  it('keeps a cart in one place, whenever another one is loaded after it and makes it leave', async () => {
    const test = await harness({ poolSize: 1 });
    const claim = test.journal.claim.bind(test.journal);
    for (let steps = 0; steps < 16; steps += 1) {
      const other = `other-${steps}`;
      const came = Promise.withResolvers<unknown>();
      test.journal.claim = async (session, batch) => {
        const answer = await claim(session, batch);
        if (batch[0] !== other) void stepsLater(steps, () => test.pool.read(other)).then(came.resolve);
        return answer;
      };
      await test.journal.create(test.session, [await stored(other)]);
      const changes: number[] = [];
      await test.pool.watch(`c${steps}`, {
        changed: ({ cart }) => changes.push(cart.version),
        ended: () => undefined,
      });
      await came.promise;
      await test.pool.apply(`c${steps}`, { mutation: add() });
      assert.deepEqual(changes, [1], `the other one came ${steps} steps after the claim`);
    }
  });

  it('never evicts a cart with a record under way, and refuses new ones at once when all are', async () => {
    const test = await harness({ poolSize: 16 });
    const release = test.journal.hold();
    const replies = names(1040).map((id) =>
      test.pool.apply(id, { mutation: add() }).catch((error: unknown) => error),
    );
    await settled();
    const refused = await test.pool.apply('one more', { mutation: add() }).catch((error: unknown) => error);
    assert.ok(isRetriable('pool-full')(refused));
    release();
    const results = await Promise.all(replies);
    const carts = results.filter((result) => !(result instanceof Error));
    assert.equal(carts.length, 16 + 512, 'the pool and its overrun');
    assert.ok(results.every((result) => !(result instanceof Error) || isRetriable('pool-full')(result)));
    assert.deepEqual(test.evicted, []);
  });

  it('makes a request wait for a release under way, and serves the cart when it was refused', async () => {
    const test = await harness({ idleTtlMs: 1000, changedTtlMs: 1000 });
    await fill(test, ['c']);
    test.clock.advance(10_000);
    test.journal.faults.push('refuse');
    test.pool.purge();
    const reply = test.pool.apply('c', { mutation: add() });
    assert.equal((await reply).version, 2);
    assert.deepEqual(test.evicted, []);
    assert.equal(test.journal.claims, 1, 'it never left');
  });

  it('resolves a release with an unknown outcome by sending it again', async () => {
    const test = await harness({ idleTtlMs: 1000, changedTtlMs: 1000 });
    await fill(test, ['c']);
    test.clock.advance(10_000);
    test.journal.faults.push('lose-answer');
    test.pool.purge();
    let answered = false;
    const reply = test.pool.apply('c', { mutation: add() }).finally(() => (answered = true));
    await settled();
    assert.equal(answered, false);
    test.clock.advance(50);
    assert.equal((await reply).version, 2);
    assert.deepEqual(test.evicted, ['idle']);
  });

  it('refuses a cart of which the journal turns out to have lost changes when it is released', async () => {
    const test = await harness({ idleTtlMs: 1000, changedTtlMs: 1000 });
    await fill(test, ['c', 'd']);
    test.clock.advance(10_000);
    const current = { epoch: 1, seq: 1, owner: null };
    test.journal.release = (_, batch) =>
      Promise.resolve(batch.map(({ cart }) => ({ status: 'conflict', current, regressed: cart === 'c' })));
    test.pool.purge();
    await assert.rejects(Promise.resolve(test.pool.read('c')), DamagedCartError);
    await assert.rejects(test.pool.apply('c', { mutation: add() }), DamagedCartError);
    assert.deepEqual(test.damaged, ['c']);
    assert.equal((await test.pool.read('d')).version, 1);
  });

  it('waits for the lease of an owner that died, and takes over what it had acknowledged', async () => {
    const dead = await harness();
    await dead.pool.apply('c', { mutation: add() });
    const heir = await dead.another();
    const replies = [heir.pool.apply('c', { mutation: add() }), heir.pool.read('c')] as const;
    await settled();
    assert.equal(heir.clock.sleeping, 1, 'one wait for all');
    heir.clock.advance(6001);
    assert.equal((await replies[0]).version, 2);
    assert.ok((await replies[1]).version >= 1);
  });

  it('does not wait longer than it may for a living owner', async () => {
    const owner = await harness();
    await owner.pool.apply('c', { mutation: add() });
    const other = await owner.another({ claimWaitMs: 1000 });
    await assert.rejects(other.pool.apply('c', { mutation: add() }), isRetriable('cart-owned-elsewhere'));
    await assert.rejects(Promise.resolve(other.pool.read('c')), isRetriable('cart-owned-elsewhere'));
  });

  it('stops serving reads from memory when its session was fenced', async () => {
    const owner = await harness({ claimWaitMs: 1000 });
    await owner.pool.apply('c', { mutation: add() });
    owner.clock.advance(7000);
    const heir = await owner.another();
    await heir.pool.apply('c', { mutation: add() });
    await assert.rejects(Promise.resolve(owner.pool.read('c')), isRetriable('cart-owned-elsewhere'));
    await assert.rejects(owner.pool.apply('c', { mutation: add() }), isRetriable('ownership-lost'));
    assert.equal((await heir.pool.read('c')).version, 2);
  });

  it('refuses a cart whose records can’t be replayed, and no other', async () => {
    const test = await harness();
    await test.journal.create(test.session, [
      { cart: 'bad', recordId: 1, record: Buffer.from('junk'), expiresDay: 30_000 },
    ]);
    await assert.rejects(test.pool.apply('bad', { mutation: add() }), DamagedCartError);
    await assert.rejects(Promise.resolve(test.pool.read('bad')), DamagedCartError);
    assert.equal((await test.pool.apply('good', { mutation: add() })).version, 1);
    assert.ok(test.damaged.includes('bad'));
  });

  it('refuses a cart whose records leave a version out', async () => {
    const test = await harness();
    const first = await stored('c');
    const [made] = await test.journal.create(test.session, [first]);
    assert.ok(made?.status === 'ok');
    await test.journal.append(test.session, [{ ...first, recordId: 1_000_001, head: made.head }]);
    await assert.rejects(test.pool.apply('c', { mutation: add() }), DamagedCartError);
    assert.deepEqual(test.damaged, ['c']);
  });

  it('replays snapshots and the records behind them', async () => {
    const test = await harness();
    for (let count = 0; count < 150; count += 1)
      await test.pool.apply('c', { mutation: add(`sku-${count % 7}`) });
    const before = await test.pool.read('c');
    const read = await test.journal.readCold('c');
    assert.equal(read.status, 'owned');
    test.pool.dropAll(new RetriableError('ownership-lost', 'test', 0));
    assert.deepEqual(await test.pool.read('c'), before);
    const [claim] = await test.journal.claim(test.session, ['c']);
    assert.ok(claim?.status === 'ok' && claim.content.tail.length < 64 && claim.content.snapshot !== null);
  });

  it('tells when the catalog has no answer, and changes nothing', async () => {
    const test = await harness();
    test.catalog.down = true;
    await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('catalog-unavailable'));
    assert.equal((await test.pool.read('c')).version, 0);
  });

  it('points at the part of a batch or a set that the catalog does not know', async () => {
    const test = await harness();
    const field = async (mutation: Parameters<typeof test.pool.apply>[1]['mutation']): Promise<unknown> => {
      const error: unknown = await test.pool.apply('c', { mutation }).catch((caught: unknown) => caught);
      return (error as { details: { field: string } }).details.field;
    };
    const wish = { sku: 'no-such', quantity: 1, country: 'se' };
    assert.equal(
      await field({ type: 'Batch', message: { mutations: [add(), add('no-such')] } }),
      'mutations[1].sku',
    );
    assert.equal(
      await field({ type: 'SetCartRequest', message: { items: [{ ...wish, sku: 'A' }, wish] } }),
      'items[1].sku',
    );
    assert.equal(
      await field({ type: 'SetDelivery', message: { provider: 'no-such', items: [] } }),
      'provider',
    );
    assert.equal((await test.pool.read('c')).version, 0);
  });

  it('finishes what is under way when it closes, and takes nothing new', async () => {
    const test = await harness();
    const release = test.journal.hold();
    const reply = test.pool.apply('c', { mutation: add() });
    await settled();
    const closed = test.pool.close(new AbortController().signal);
    await assert.rejects(test.pool.apply('d', { mutation: add() }), isRetriable('closing'));
    assert.throws(() => test.pool.read('c'), isRetriable('closing'));
    release();
    assert.equal((await reply).version, 1);
    await closed;
  });

  it('stops waiting for what is under way when its time is up', async () => {
    const test = await harness();
    const release = test.journal.hold();
    const reply = test.pool.apply('c', { mutation: add() });
    await settled();
    const deadline = new AbortController();
    const closed = test.pool.close(deadline.signal);
    deadline.abort();
    await closed;
    release();
    assert.equal((await reply).version, 1, 'the journal answered after all');
  });
});
