import assert from 'node:assert/strict';
import { NEVER } from '../journal/port.ts';
import { harness } from './testing/fixtures.ts';
import type { Head } from '../journal/port.ts';
import type { Harness } from './testing/fixtures.ts';

/** More than a batch that was answered waits for. */
const MANY_TURNS = 40;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('group commit', () => {
  let test: Harness;
  let written: number;

  beforeEach(async () => {
    test = await harness();
    written = 0;
  });

  /** Shoppers whose carts are made at once; with `again`, each has another one that many turns after its answer. */
  function shop(count: number, again?: number): void {
    for (let shopper = 0; shopper < count; shopper += 1) {
      make(() => {
        if (again !== undefined) void turns(again).then(() => make());
      });
    }
  }

  function make(done: () => void = () => undefined): void {
    const recordId = (written += 1);
    const entry = {
      cart: `c${recordId}`,
      recordId,
      record: Uint8Array.of(recordId),
      expiresDay: NEVER,
      head: null,
    };
    test.commit.write(test.session, entry, ({ status }) => {
      assert.equal(status, 'ok');
      done();
    });
  }

  /** Two halves: one is being written while the other waits. */
  async function halves(count: number, again?: number): Promise<void> {
    const release = test.journal.hold();
    shop(count, again);
    await turns(2);
    shop(count);
    release();
    await turns(MANY_TURNS);
  }

  it('has those that were just answered join those that wait', async () => {
    await halves(8, 3);
    assert.deepEqual(test.journal.batches, [8, 16]);
  });

  it('waits a few turns for them, and no longer', async () => {
    await halves(8, MANY_TURNS / 2);
    assert.deepEqual(test.journal.batches, [8, 8, 8]);
  });

  it('waits for nobody behind a few', async () => {
    await halves(7, 3);
    assert.deepEqual(test.journal.batches, [7, 7, 7]);
  });

  it('waits no longer than a flush takes, however long its turns are', async () => {
    const release = test.journal.hold();
    shop(8, 3);
    await turns(2);
    make(() => undefined);
    release();
    // The first batch is answered, and the next one waits for its shoppers.
    while (test.journal.batches.length === 0) await turns(1);
    test.clock.advance(5);
    await turns(MANY_TURNS);
    assert.deepEqual(test.journal.batches, [8, 1, 8]);
  });

  it('waits for nobody where only releases wait', async () => {
    const entry = {
      cart: 'c0',
      recordId: (written += 1),
      record: Uint8Array.of(1),
      expiresDay: NEVER,
      head: null,
    };
    const head = await new Promise<Head>((resolve) => {
      test.commit.write(test.session, entry, (outcome) => {
        assert.ok(outcome.status === 'ok');
        resolve(outcome.head);
      });
    });
    const open = test.journal.hold();
    shop(8, 1);
    await turns(2);
    test.commit.release(test.session, { cart: 'c0', head }, () => undefined);
    open();
    await turns(MANY_TURNS);
    assert.deepEqual(test.journal.batches, [1, 8, 1, 8]);
  });

  it('is not idle while it waits for them', async () => {
    const release = test.journal.hold();
    shop(8);
    await turns(2);
    shop(8);
    release();
    await test.commit.idle();
    assert.deepEqual(test.journal.batches, [8, 8]);
    assert.equal(test.commit.waiting, 0);
  });
});
