import assert from 'node:assert/strict';
import { DamagedCartError, RetriableError, UnknownOutcomeError } from './errors.ts';
import { Rejection } from '../domain/rejection.ts';
import { createRegistry } from '../domain/mutations.ts';
import { decodeRecord } from './record.ts';
import { replay } from './replay.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { Cart } from '../domain/cart.ts';
import type { JournalRecord } from './record.ts';
import type { Harness } from './testing/fixtures.ts';

async function records({ journal }: Harness, cart: string): Promise<JournalRecord[]> {
  const read = await journal.history(cart, 1);
  assert.ok(read.status === 'ok');
  return read.records.map(({ record }) => decodeRecord(record));
}

async function versions(test: Harness, cart: string): Promise<number[]> {
  return (await records(test, cart)).flatMap(({ firstVersion, applied }) => {
    return applied.map((_, index) => firstVersion + index);
  });
}

describe('grain', () => {
  let test: Harness;

  beforeEach(async () => {
    test = await harness();
  });

  describe('order of a mutation', () => {
    it('answers nothing and shows nothing before the record is durable', async () => {
      await test.pool.apply('c', { mutation: add() });
      const release = test.journal.hold();
      let answered = false;
      const reply = test.pool.apply('c', { mutation: add('B') }).finally(() => (answered = true));
      await settled();
      assert.equal(answered, false);
      assert.equal((await test.pool.read('c')).version, 1);
      release();
      assert.equal((await reply).version, 2);
      assert.equal((await test.pool.read('c')).version, 2);
    });

    it('has one record under way and puts what arrives meanwhile into the next', async () => {
      const release = test.journal.hold();
      const replies = [test.pool.apply('c', { mutation: add() })];
      await settled();
      for (let index = 0; index < 5; index += 1) replies.push(test.pool.apply('c', { mutation: add() }));
      await settled();
      release();
      assert.deepEqual(
        (await Promise.all(replies)).map(({ version }) => version),
        [1, 2, 3, 4, 5, 6],
      );
      assert.equal(test.journal.batches.length, 2);
      assert.deepEqual(await versions(test, 'c'), [1, 2, 3, 4, 5, 6]);
    });

    it('puts at most 64 mutations into a record', async () => {
      const release = test.journal.hold();
      const replies = [test.pool.apply('c', { mutation: add() })];
      await settled();
      for (let count = 0; count < 100; count += 1) replies.push(test.pool.apply('c', { mutation: add() }));
      release();
      await Promise.all(replies);
      assert.deepEqual(
        (await records(test, 'c')).map(({ applied }) => applied.length),
        [1, 64, 36],
      );
    });

    it('never goes back in time from record to record, whatever the clock does', async () => {
      await test.pool.apply('c', { mutation: add() });
      test.clock.jump(-3_600_000);
      await test.pool.apply('c', { mutation: add() });
      const [first, second] = await records(test, 'c');
      assert.equal(second?.atMs, first?.atMs);
    });

    it('answers each of them with the cart as of its own version', async () => {
      const release = test.journal.hold();
      const replies = [1, 2, 3].map(() => test.pool.apply('c', { mutation: add() }));
      await settled();
      release();
      assert.deepEqual(
        (await Promise.all(replies)).map(({ cart }) => cart.lines[0]?.quantity),
        [1, 2, 3],
      );
    });

    it('keeps a rejection that another mutation of the same record caused until that one is durable', async () => {
      await test.pool.apply('c', { mutation: add() });
      const release = test.journal.hold();
      const first = test.pool.apply('c', { mutation: add('B') });
      await settled();
      const removal = test.pool.apply('c', { mutation: { type: 'RemoveItem', message: { id: 1 } } });
      let told = false;
      const change = test.pool
        .apply('c', { mutation: { type: 'ChangeQuantity', message: { id: 1, quantity: 2 } } })
        .catch((error: unknown) => {
          told = true;
          return error;
        });
      await settled();
      release();
      await first;
      const hold = test.journal.hold();
      await settled();
      assert.equal(told, false, 'the removal may still fail');
      hold();
      await removal;
      assert.equal(((await change) as Rejection).code, 'unknown-line');
    });

    it('answers a rejection that stands on durable state at once, and stores nothing', async () => {
      await test.pool.apply('c', { mutation: add() });
      await assert.rejects(
        test.pool.apply('c', { mutation: { type: 'RemoveItem', message: { id: 9 } } }),
        isRejection('unknown-line'),
      );
      assert.deepEqual(await versions(test, 'c'), [1]);
    });
  });

  describe('conditions', () => {
    it('applies to the version asked for only', async () => {
      await test.pool.apply('c', { mutation: add() });
      await assert.rejects(
        test.pool.apply('c', { mutation: add(), ifVersion: [7] }),
        isRejection('version-mismatch'),
      );
      assert.equal((await test.pool.apply('c', { mutation: add(), ifVersion: [7, 1] })).version, 2);
      await assert.rejects(
        test.pool.apply('new', { mutation: add(), ifVersion: 'any' }),
        isRejection('version-mismatch'),
      );
    });

    it('judges the condition of each mutation, also within one record', async () => {
      await test.pool.apply('c', { mutation: add() });
      const release = test.journal.hold();
      const replies = [1, 2].map(() => test.pool.apply('c', { mutation: add(), ifVersion: [1] }));
      await settled();
      release();
      const results = await Promise.allSettled(replies);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected'],
      );
    });
  });

  describe('requests with an id', () => {
    it('applies a repetition once and answers as the first time, with the cart as it is', async () => {
      const first = await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      await test.pool.apply('c', { mutation: add('B') });
      const again = await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      assert.deepEqual(
        [first.replayed, again.replayed, again.version, again.cart.version],
        [false, true, 1, 2],
      );
      assert.deepEqual(await versions(test, 'c'), [1, 2]);
    });

    it('recognises a repetition after the cart left memory and came back', async () => {
      await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      test.pool.dropAll(new RetriableError('ownership-lost', 'test', 0));
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, true);
    });

    it('recognises every repetition after a reload, whichever record took a snapshot with it', async () => {
      const ids = Array.from({ length: 140 }, (_, index) => `r${index}`);
      for (const requestId of ids) await test.pool.apply('c', { mutation: add(), requestId });
      test.pool.dropAll(new RetriableError('ownership-lost', 'test', 0));
      for (const [index, requestId] of ids.entries()) {
        const { replayed, version } = await test.pool.apply('c', { mutation: add(), requestId });
        assert.deepEqual([requestId, replayed, version], [requestId, true, index + 1]);
      }
    });

    it('does not ask the catalog for a repetition', async () => {
      await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      test.catalog.down = true;
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, true);
    });

    it('refuses the id with another body', async () => {
      await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      await assert.rejects(
        test.pool.apply('c', { mutation: add('B'), requestId: 'r' }),
        isRejection('idempotency-key-reused'),
      );
    });

    it('refuses the id while its first request runs', async () => {
      const release = test.journal.hold();
      const first = test.pool.apply('c', { mutation: add(), requestId: 'r' });
      await settled();
      await assert.rejects(
        test.pool.apply('c', { mutation: add(), requestId: 'r' }),
        isRejection('request-in-progress'),
      );
      await assert.rejects(
        test.pool.apply('c', { mutation: add('B'), requestId: 'r' }),
        isRejection('idempotency-key-reused'),
      );
      release();
      assert.equal((await first).version, 1);
    });

    it('does not remember rejections and failures', async () => {
      await assert.rejects(
        test.pool.apply('c', { mutation: add('no-such'), requestId: 'r' }),
        isRejection('unknown-sku'),
      );
      test.journal.faults.push('refuse');
      await assert.rejects(
        test.pool.apply('c', { mutation: add(), requestId: 'r' }),
        isRetriable('journal-unavailable'),
      );
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, false);
    });

    it('forgets after an hour by the time of the records', async () => {
      await test.pool.apply('c', { mutation: add(), requestId: 'r' });
      test.clock.advance(3_599_999);
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, true);
      test.clock.advance(2);
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'r' })).replayed, false);
    });

    it('knows after a reload just what it knew before, when an id came again after its hour', async () => {
      for (const requestId of ['again', 'old']) await test.pool.apply('c', { mutation: add(), requestId });
      test.clock.advance(3_600_001);
      await test.pool.apply('c', { mutation: add('B'), requestId: 'again' });
      const read = await test.journal.claim(test.session, ['c']);
      assert.ok(read[0]?.status === 'ok');
      const { requests } = replay('c', read[0].content, createRegistry(), 0);
      assert.deepEqual(
        requests.map(({ version }) => version),
        [3],
      );
    });

    it('remembers 4,096 and then takes no more until they are an hour old; requests without an id go on', async () => {
      for (let index = 0; index < 4096; index += 64) {
        await Promise.all(
          Array.from({ length: 64 }, (_, at) =>
            test.pool.apply('c', { mutation: { type: 'Clear', message: {} }, requestId: `r${index + at}` }),
          ),
        );
      }
      await assert.rejects(
        test.pool.apply('c', { mutation: add(), requestId: 'one more' }),
        isRetriable('remembered-requests-full'),
      );
      assert.equal((await test.pool.apply('c', { mutation: add() })).version, 4097);
      test.clock.advance(3_600_001);
      assert.equal((await test.pool.apply('c', { mutation: add(), requestId: 'one more' })).version, 4098);
    });
  });

  describe('when the journal fails', () => {
    it('changes nothing and says so when the record was refused', async () => {
      await test.pool.apply('c', { mutation: add() });
      const before = await test.pool.read('c');
      test.journal.faults.push('refuse', 'full');
      await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('journal-unavailable'));
      await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('journal-full'));
      assert.equal(await test.pool.read('c'), before);
      assert.equal((await test.pool.apply('c', { mutation: add() })).version, 2);
      assert.deepEqual(await versions(test, 'c'), [1, 2]);
    });

    for (const fault of ['lose-answer', 'lose-request'] as const) {
      it(`says that the outcome is unknown (${fault}), sends the same record until it is known, and goes on`, async () => {
        await test.pool.apply('c', { mutation: add() });
        test.journal.faults.push(fault);
        await assert.rejects(
          test.pool.apply('c', { mutation: add('B'), requestId: 'r' }),
          UnknownOutcomeError,
        );
        await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('journal-unavailable'));
        assert.equal((await test.pool.read('c')).version, 1, 'reads go on with what is known to be durable');
        test.clock.advance(50);
        await settled();
        assert.equal((await test.pool.read('c')).version, 2);
        assert.equal((await test.pool.apply('c', { mutation: add('B'), requestId: 'r' })).replayed, true);
        assert.deepEqual(await versions(test, 'c'), [1, 2]);
      });
    }

    it('keeps asking through refusals, which say nothing of the first try', async () => {
      await test.pool.apply('c', { mutation: add() });
      test.journal.faults.push('lose-answer', 'refuse', 'lose-request');
      await assert.rejects(test.pool.apply('c', { mutation: add() }), UnknownOutcomeError);
      for (const delayMs of [50, 100, 200]) {
        test.clock.advance(delayMs);
        await settled();
      }
      assert.equal((await test.pool.read('c')).version, 2);
      assert.deepEqual(await versions(test, 'c'), [1, 2]);
    });

    it('is over when another node owns the cart, and the next request begins anew', async () => {
      await test.pool.apply('c', { mutation: add() });
      const rival = await test.journal.openSession({ node: 'rival', address: '', leaseMs: 6000 });
      const [own] = await test.journal.claim(test.session, ['c']);
      assert.ok(own?.status === 'ok');
      await test.journal.handOver(test.session, [{ cart: 'c', head: own.content.head, to: rival.id }]);
      await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('ownership-lost'));
      await test.journal.closeSession(rival);
      assert.equal((await test.pool.apply('c', { mutation: add() })).version, 2);
    });

    it('refuses a change of a cart whose stored head is damaged, says so, and reads go on', async () => {
      await test.pool.apply('c', { mutation: add() });
      const error = new Error('injected');
      test.journal.append = (_, batch) => Promise.resolve(batch.map(() => ({ status: 'damaged', error })));
      await assert.rejects(test.pool.apply('c', { mutation: add() }), DamagedCartError);
      assert.deepEqual(test.damaged, ['c']);
      assert.equal((await test.pool.read('c')).version, 1);
    });

    it('refuses a cart whose acknowledged changes the journal lost, and says so', async () => {
      await test.pool.apply('c', { mutation: add() });
      await test.pool.apply('c', { mutation: add() });
      const { journal } = test;
      const append = journal.append.bind(journal);
      journal.append = (session, batch) =>
        append(
          session,
          batch.map((entry) => ({ ...entry, head: { ...entry.head, seq: entry.head.seq + 3 } })),
        );
      await assert.rejects(test.pool.apply('c', { mutation: add() }), DamagedCartError);
      await assert.rejects(test.pool.apply('c', { mutation: add() }), DamagedCartError);
      await assert.rejects(Promise.resolve(test.pool.read('c')), DamagedCartError);
      assert.deepEqual(test.damaged, ['c']);
    });
  });

  describe('bounds', () => {
    it('refuses at once when its mailbox is full', async () => {
      test = await harness({ mailboxMax: 3 });
      const release = test.journal.hold();
      const replies = [test.pool.apply('c', { mutation: add() })];
      await settled();
      for (let index = 0; index < 3; index += 1) replies.push(test.pool.apply('c', { mutation: add() }));
      await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('mailbox-full'));
      release();
      assert.equal((await Promise.all(replies)).length, 4);
    });

    it('counts requests that wait for the catalog', async () => {
      test = await harness({ mailboxMax: 2 });
      const { promise, resolve } = Promise.withResolvers<undefined>();
      test.catalog.gate = promise;
      const replies = [1, 2].map(() => test.pool.apply('c', { mutation: add() }));
      await settled();
      await assert.rejects(test.pool.apply('c', { mutation: add() }), isRetriable('mailbox-full'));
      resolve(undefined);
      await Promise.all(replies);
    });
  });

  it('tells watchers each change in order, after it is durable, and when it is over', async () => {
    await test.pool.apply('c', { mutation: add() });
    const seen: string[] = [];
    const watcher = {
      changed: ({ cart, mutation }: { cart: Cart; mutation: { type: string } }) =>
        void seen.push(`${cart.version} ${mutation.type}`),
      ended: (error: Error) => void seen.push(error.name),
    };
    const { cart, stop } = await test.pool.watch('c', watcher);
    assert.equal(cart.version, 1);
    const release = test.journal.hold();
    const replies = [1, 2].map(() => test.pool.apply('c', { mutation: add() }));
    await settled();
    assert.deepEqual(seen, []);
    release();
    await Promise.all(replies);
    assert.deepEqual(seen, ['2 AddItem', '3 AddItem']);
    stop();
    await test.pool.apply('c', { mutation: add() });
    await test.pool.watch('c', watcher);
    test.pool.dropAll(new RetriableError('ownership-lost', 'test', 0));
    assert.deepEqual(seen.slice(2), ['RetriableError']);
  });

  it('sums up 64 clients × 50 concurrent adds to one cart exactly', async () => {
    const client = async (): Promise<void> => {
      for (let count = 0; count < 50; count += 1) {
        await test.pool.apply('c', {
          mutation: {
            type: 'Batch',
            message: { mutations: [add('A'), { type: 'ChangeQuantity', message: { id: 1, quantity: 1 } }] },
          },
        });
      }
    };
    await Promise.all(Array.from({ length: 64 }, client));
    const cart = await test.pool.read('c');
    assert.equal(cart.version, 3200);
    assert.deepEqual(await versions(test, 'c').then((all) => all.at(-1)), 3200);
  });
});

function isRejection(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Rejection && error.code === code;
}

function isRetriable(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RetriableError && error.code === code;
}
