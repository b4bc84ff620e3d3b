import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Rejection } from '../domain/rejection.ts';
import { NEVER } from '../journal/port.ts';
import { RetriableError, UnknownOutcomeError } from './errors.ts';
import { decodeRecord } from './record.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { Cart, MergeStrategy } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MutationReply, MutationRequest } from './grain.ts';
import type { Fault } from './testing/faulty-journal.ts';
import type { Harness } from './testing/fixtures.ts';

type Strategy = 'SUM' | 'MAX' | 'KEEP' | 'REPLACE';

function merge(
  sourceId: string,
  strategy: Strategy = 'SUM',
  more: Partial<MutationRequest> = {},
): MutationRequest {
  const full = `MERGE_STRATEGY_${strategy}` as MergeStrategy;
  return { mutation: { type: 'Merge', message: { sourceId, strategy: full } }, ...more };
}

const quantities = ({ lines }: Cart): Record<string, number> =>
  Object.fromEntries(lines.map(({ product, quantity }) => [product.sku, quantity]));

describe('merger', () => {
  let node: Harness;

  beforeEach(async () => {
    node = await harness();
    await node.pool.apply('s', { mutation: add('A', 2) });
    await node.pool.apply('s', { mutation: add('B', 1) });
    await node.pool.apply('t', { mutation: add('A', 3) });
  });

  const code = (error: unknown): string => {
    assert.ok(error instanceof Rejection || error instanceof RetriableError, String(error));
    return error.code;
  };
  const failing = async (promise: Promise<unknown>): Promise<string> =>
    code(
      await promise.then(
        () => assert.fail('it was not refused'),
        (error: unknown) => error,
      ),
    );
  const history = async (cart: string): Promise<Mutation[]> => {
    const read = await node.journal.history(cart, 1);
    assert.equal(read.status, 'ok');
    return read.records.flatMap(({ record }) => decodeRecord(record).applied.map(({ mutation }) => mutation));
  };
  const types = async (cart: string): Promise<string[]> => (await history(cart)).map(({ type }) => type);
  /** A node that runs after this one died. */
  const afterCrash = async (): Promise<Harness> => {
    await node.journal.closeSession(node.session);
    return node.another();
  };

  it('takes three records, each with its version, and the source is empty and closed', async () => {
    const { cart, version, replayed } = await node.pool.apply('t', merge('s'));
    assert.deepEqual([quantities(cart), version, replayed], [{ A: 5, B: 1 }, 2, false]);
    assert.deepEqual(await types('s'), ['AddItem', 'AddItem', 'Merging', 'Merged']);
    assert.deepEqual(await types('t'), ['AddItem', 'Merge']);
    const source = await node.pool.read('s');
    assert.deepEqual([source.lines, source.version, source.merging?.done], [[], 4, true]);
    assert.equal(await failing(node.pool.apply('s', { mutation: add('C') })), 'cart-merged');
  });

  it('makes a target that was never changed', async () => {
    const { cart } = await node.pool.apply('new', merge('s'));
    assert.deepEqual([cart.version, quantities(cart)], [1, { A: 2, B: 1 }]);
  });

  it('answers the same again without changing anything', async () => {
    const first = await node.pool.apply('t', merge('s'));
    await node.pool.apply('t', { mutation: add('C') });
    const again = await node.pool.apply('t', merge('s'));
    assert.deepEqual([again.version, again.replayed, again.cart.version], [first.version, true, 3]);
    assert.equal(await failing(node.pool.apply('t', merge('s', 'MAX'))), 'cart-merged');
    assert.equal(await failing(node.pool.apply('u', merge('s'))), 'cart-merged');
    assert.deepEqual(await types('t'), ['AddItem', 'Merge', 'AddItem']);
  });

  it('answers a repeated request id, and freezes nothing for one that was used for something else', async () => {
    await node.pool.apply('t', { mutation: add('C'), requestId: 'k1' });
    assert.equal(
      await failing(node.pool.apply('t', merge('s', 'SUM', { requestId: 'k1' }))),
      'idempotency-key-reused',
    );
    assert.equal((await node.pool.read('s')).merging, undefined);
    const first = await node.pool.apply('t', merge('s', 'SUM', { requestId: 'k2' }));
    const again = await node.pool.apply('t', merge('s', 'SUM', { requestId: 'k2' }));
    assert.deepEqual([again.version, again.replayed], [first.version, true]);
  });

  it('refuses with nothing changed what can be known beforehand', async () => {
    assert.equal(await failing(node.pool.apply('s', merge('s'))), 'self-merge');
    assert.equal(await failing(node.pool.apply('t', merge('nobody'))), 'unknown-source');
    const versioned = merge('s', 'SUM', { ifVersion: [9] });
    assert.equal(await failing(node.pool.apply('t', versioned)), 'version-mismatch');
    assert.deepEqual([await types('s'), await types('t')], [['AddItem', 'AddItem'], ['AddItem']]);
    const { status } = await node.journal.history('nobody', 1);
    assert.equal(status, 'absent');
  });

  it('takes a merge only at the version that was asked for', async () => {
    const { cart } = await node.pool.apply('t', merge('s', 'SUM', { ifVersion: [1] }));
    assert.equal(cart.version, 2);
    const again = await node.pool.apply('t', merge('s', 'SUM', { ifVersion: [1] }));
    assert.equal(again.replayed, true, 'it was, when it began');
  });

  it('lets the source go where the target changes so that it can’t take it', async () => {
    const letGo = node.journal.hold();
    const merging = failing(node.pool.apply('t', merge('s')));
    await settled();
    // The source's record is under way; meanwhile the target fills its line.
    const filled = node.pool.apply('t', {
      mutation: { type: 'ChangeQuantity', message: { id: 1, quantity: 998 } },
    });
    letGo();
    await filled;
    assert.equal(await merging, 'quantity-limit');
    assert.deepEqual(await types('s'), ['AddItem', 'AddItem', 'Merging', 'MergeCanceled']);
    assert.deepEqual(await types('t'), ['AddItem', 'ChangeQuantity', 'MergeRefused']);
    await node.pool.apply('s', { mutation: add('C') });
    const { cart } = await node.pool.apply('t', merge('s', 'MAX'));
    assert.deepEqual(quantities(cart), { A: 998, B: 1, C: 1 }, 'a later attempt is another one');
  });

  it('ends a circle with nobody merged, or in a row, and both carts whole', async () => {
    await Promise.allSettled([node.pool.apply('t', merge('s')), node.pool.apply('s', merge('t'))]);
    await settled();
    const [s, t] = [await node.pool.read('s'), await node.pool.read('t')];
    const pieces = [s, t].flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
    assert.equal(pieces, 6);
    assert.ok(
      [s, t].every(({ merging }) => merging?.done !== false),
      'nobody stays frozen',
    );
  });

  it('shows readers the source’s lines while it is frozen, and tells watchers of every step', async () => {
    const seen: string[] = [];
    const { stop } = await node.pool.watch('s', {
      changed: ({ cart, mutation }) =>
        void seen.push(`${mutation.type} ${cart.version}: ${cart.lines.length}`),
      ended: () => undefined,
    });
    await node.pool.apply('t', merge('s'));
    stop();
    assert.deepEqual(seen, ['Merging 3: 2', 'Merged 4: 0']);
  });

  it('of several carts at once into one takes each once', async () => {
    const sources = Array.from({ length: 12 }, (_, index) => `x${index}`);
    await Promise.all(sources.map((id) => node.pool.apply(id, { mutation: add('X', 2) })));
    await Promise.all(
      sources.flatMap((id) => [node.pool.apply('t', merge(id)), node.pool.apply('t', merge(id))]),
    );
    assert.deepEqual(quantities(await node.pool.read('t')), { A: 3, X: 24 });
  });

  describe('tells who asks', () => {
    it('that nothing was changed, where the source could not be frozen', async () => {
      node.journal.faults.push('refuse');
      assert.equal(await failing(node.pool.apply('t', merge('s'))), 'journal-unavailable');
      assert.equal((await node.pool.read('s')).merging, undefined);
    });

    it('that nobody knows yet, where the target could not be changed, and finishes it by itself', async () => {
      node.journal.faults.push('none', 'refuse');
      await assert.rejects(node.pool.apply('t', merge('s')), UnknownOutcomeError);
      assert.equal(node.pool.unfinishedMerges, 1);
      node.pool.purge();
      await settled();
      assert.equal(node.pool.unfinishedMerges, 0);
      assert.deepEqual(quantities(await node.pool.read('t')), { A: 5, B: 1 });
      assert.deepEqual((await node.pool.read('s')).lines, []);
    });

    it('that it is done, where only the source’s last record is missing, and adds that by itself', async () => {
      node.journal.faults.push('none', 'none', 'refuse');
      const { cart } = await node.pool.apply('t', merge('s'));
      assert.deepEqual(quantities(cart), { A: 5, B: 1 });
      assert.equal((await node.pool.read('s')).merging?.done, false);
      await settled();
      assert.equal((await node.pool.read('s')).merging?.done, true, 'who read it had it finished');
    });
  });

  describe('goes on after a crash', () => {
    const touches: Record<string, (after: Harness) => Promise<unknown>> = {
      'a read of the source': async (after) => after.pool.read('s'),
      'a change of the source': (after) =>
        after.pool.apply('s', { mutation: add('C') }).catch(() => undefined),
      'the same request': (after) => after.pool.apply('t', merge('s')),
      'a read of the target': async (after) => after.pool.read('t'),
      'a change of the target': (after) =>
        after.pool.apply('t', { mutation: add('A', 0) }).catch(() => undefined),
    };
    for (const [what, faults, target] of [
      ['before the source is frozen', ['die-before'], null],
      ['after the source is frozen', ['die-after'], false],
      ['before the target takes it', ['none', 'die-before'], false],
      ['after the target took it', ['none', 'die-after'], true],
      ['before the source lets go', ['none', 'none', 'die-before'], true],
      ['after the source let go', ['none', 'none', 'die-after'], true],
    ] as const satisfies readonly (readonly [string, readonly Fault[], boolean | null])[]) {
      for (const [touch, come] of Object.entries(touches)) {
        // Before the target has decided, it knows nothing of the merge.
        if (target !== true && touch.includes('target')) continue;
        it(`${what}: by ${touch}`, async () => {
          node.journal.faults.push(...faults);
          void node.pool.apply('t', merge('s')).catch(() => undefined);
          await settled();
          const after = await afterCrash();
          await come(after);
          await settled();
          const [s, t] = [await after.pool.read('s'), await after.pool.read('t')];
          const done = target !== null || touch === 'the same request';
          assert.deepEqual(quantities(t), done ? { A: 5, B: 1 } : { A: 3 });
          if (done) assert.deepEqual([s.lines, s.merging?.done], [[], true]);
          else assert.equal(s.merging, undefined);
        });
      }
    }
  });

  it('keeps what is frozen from being swept, and lets it expire once it is over', async () => {
    node.journal.faults.push('none', 'die-before');
    void node.pool.apply('t', merge('s')).catch(() => undefined);
    await settled();
    const after = await afterCrash();
    const far = 3_000_000;
    const swept = async (): Promise<readonly string[]> =>
      (await after.journal.sweepExpired(after.session, far, 10)).carts;
    assert.deepEqual(await swept(), ['t'], 'and not the source');
    assert.deepEqual(quantities((await after.pool.apply('t', merge('s'))).cart), { A: 2, B: 1 });
    const cold = await after.another();
    await after.journal.closeSession(after.session);
    const read = await cold.journal.readCold('s');
    assert.ok(read.status === 'ok' && read.content.expiresDay < NEVER);
    assert.ok((await cold.journal.sweepExpired(cold.session, far, 10)).carts.includes('s'));
  });

  it('survives rest and snapshots on both sides', async () => {
    node.journal.faults.push('none', 'die-before');
    void node.pool.apply('t', merge('s')).catch(() => undefined);
    await settled();
    const after = await afterCrash();
    // More records than a snapshot waits for, in the target; the source is loaded and rests.
    for (let n = 0; n < 70; n += 1) await after.pool.apply('t', { mutation: add('A', 1) });
    await after.pool.apply('t', merge('s'));
    for (let n = 0; n < 70; n += 1) await after.pool.apply('t', { mutation: add('B', 1) });
    after.clock.advance(10_000);
    after.pool.purge();
    assert.equal(after.pool.activeSize, 0, 'all rest');
    assert.equal((await after.pool.apply('t', merge('s'))).replayed, true);
    await after.journal.closeSession(after.session);
    const last = await after.another();
    const again = await last.pool.apply('t', merge('s'));
    assert.deepEqual([again.replayed, quantities(again.cart)], [true, { A: 75, B: 71 }]);
  });

  it('loses and doubles nothing, whatever fails and whoever comes by', async function () {
    this.timeout(60_000);
    const sku = fc.constantFrom('A', 'B', 'C', 'D');
    const adds = fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 400 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    const fault = fc.constantFrom<Fault>(
      'none',
      'none',
      'refuse',
      'full',
      'lose-answer',
      'lose-request',
      'die-before',
      'die-after',
    );
    const scenario = fc.record({
      source: adds,
      target: adds,
      meanwhile: adds,
      strategy: fc.constantFrom<Strategy>('SUM', 'MAX', 'KEEP', 'REPLACE'),
      faults: fc.array(fault, { maxLength: 8 }),
      comes: fc.array(
        fc.constantFrom('read s', 'read t', 'change s', 'change t', 'merge', 'purge', 'crash'),
        { maxLength: 6 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ source, target, meanwhile, strategy, faults, comes }) => {
        let now = await harness();
        const { journal } = now;
        const acknowledged = { s: [] as string[], t: [] as string[] };
        const sent = { s: [] as string[], t: [] as string[] };
        const change = async (
          id: 's' | 't',
          { sku: name, quantity }: { sku: string; quantity: number },
        ): Promise<void> => {
          sent[id].push(`${name} ${quantity}`);
          await now.pool.apply(id, { mutation: add(name, quantity) }).then(
            () => acknowledged[id].push(`${name} ${quantity}`),
            () => undefined,
          );
        };
        /** What hangs belongs to a process that is gone. */
        const come = async (work: Promise<unknown>): Promise<void> => {
          void work.catch(() => undefined);
          await settled();
        };
        for (const one of source) await change('s', one);
        for (const one of target) await change('t', one);
        journal.faults.push(...faults);
        const replies: MutationReply[] = [];
        const ask = (): Promise<unknown> =>
          now.pool.apply('t', merge('s', strategy)).then((reply) => replies.push(reply));
        await come(Promise.all([ask(), ...meanwhile.slice(0, 2).map((one) => change('t', one))]));
        for (const [index, what] of comes.entries()) {
          const one = meanwhile[index % meanwhile.length] as { sku: string; quantity: number };
          if (what === 'read s' || what === 'read t')
            await come(Promise.resolve().then(() => now.pool.read(what.slice(-1))));
          if (what === 'change s') await come(change('s', one));
          if (what === 'change t') await come(change('t', one));
          if (what === 'merge') await come(ask());
          if (what === 'purge') {
            now.clock.advance(6000);
            now.pool.purge();
            await settled();
          }
          if (what === 'crash') {
            await journal.closeSession(now.session);
            now = await now.another();
          }
        }
        // The last life has no faults, and somebody comes by.
        journal.faults.splice(0);
        await journal.closeSession(now.session);
        now = await now.another();
        await now.pool.read('s');
        await settled();
        const end = { s: await now.pool.read('s'), t: await now.pool.read('t') };
        const told = { s: await changesOf(journal, 's'), t: await changesOf(journal, 't') };
        // Every acknowledged add is in the history once, and nothing that nobody asked for.
        for (const id of ['s', 't'] as const) {
          const made = told[id].flatMap((mutation) =>
            mutation.type === 'AddItem'
              ? [`${mutation.message.product.sku} ${mutation.message.quantity}`]
              : [],
          );
          for (const text of new Set(sent[id])) {
            const count = (list: string[]): number => list.filter((other) => other === text).length;
            assert.ok(count(made) >= count(acknowledged[id]) && count(made) <= count(sent[id]), text);
          }
        }
        // The carts are what a plain reading of their histories makes of them.
        const before = replayed(told.s, {});
        const took = told.t.filter(({ type }) => type === 'Merge').length;
        assert.ok(took <= 1, 'taken once');
        assert.deepEqual(quantities(end.t), replayed(told.t, before));
        assert.equal(end.s.merging?.done === true, took === 1);
        assert.notEqual(end.s.merging?.done, false);
        assert.deepEqual(quantities(end.s), took === 1 ? {} : before);
        if (replies.length > 0) assert.equal(took, 1, 'what was acknowledged is there');
      }),
      { numRuns: 200 },
    );
  });
});

async function changesOf(journal: Harness['journal'], cart: string): Promise<Mutation[]> {
  const read = await journal.history(cart, 1);
  if (read.status === 'absent') return [];
  assert.equal(read.status, 'ok');
  return read.records.flatMap(({ record }) => decodeRecord(record).applied.map(({ mutation }) => mutation));
}

/** Quantities by article after these mutations, the source's at a merge being known. */
function replayed(mutations: readonly Mutation[], source: Record<string, number>): Record<string, number> {
  const cart: Record<string, number> = {};
  for (const mutation of mutations) {
    if (mutation.type === 'AddItem') {
      const { product, quantity } = mutation.message;
      cart[product.sku] = (cart[product.sku] ?? 0) + quantity;
    }
    if (mutation.type !== 'Merge') continue;
    for (const [sku, there] of Object.entries(source)) {
      const here = cart[sku];
      const both = {
        SUM: (here ?? 0) + there,
        MAX: Math.max(here ?? 0, there),
        KEEP: here ?? there,
        REPLACE: there,
      };
      cart[sku] = both[mutation.message.strategy.replace('MERGE_STRATEGY_', '') as Strategy];
    }
  }
  return cart;
}
