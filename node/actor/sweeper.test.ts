import assert from 'node:assert/strict';
import { MemoryJournal } from '../journal/memory.ts';
import { sweepHourly } from './sweeper.ts';
import { FaultyJournal } from './testing/faulty-journal.ts';
import { settled } from './testing/fixtures.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { Session } from '../journal/port.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('sweeper', () => {
  let clock: ManualClock;
  let journal: FaultyJournal;
  let session: Session | null;
  let swept: number[];
  let failed: string[];
  let stop: AbortController;
  let ended: Promise<void>;

  beforeEach(async () => {
    clock = new ManualClock();
    journal = new FaultyJournal(new MemoryJournal(() => clock.wallMs()));
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 6000 });
    swept = [];
    failed = [];
    stop = new AbortController();
    ended = sweepHourly(
      { journal, clock },
      () => session,
      { swept: (carts) => void swept.push(carts), failed: (error) => void failed.push(error.message) },
      stop.signal,
    );
  });

  afterEach(async () => {
    stop.abort();
    await ended;
  });

  /** Carts that nobody owns and that expire so many days from now. */
  async function abandon(count: number, days: number): Promise<void> {
    const owner = await journal.openSession({ node: 'b', address: '', leaseMs: 6000 });
    const expiresDay = Math.floor(clock.wallMs() / DAY_MS) + days;
    const batch = Array.from({ length: count }, (_, index) => {
      return { cart: `${days}-${index}`, recordId: index, record: Buffer.from('x'), expiresDay };
    });
    await journal.create(owner, batch);
    await journal.closeSession(owner);
  }

  async function hours(count: number): Promise<void> {
    for (let hour = 0; hour < count; hour += 1) {
      clock.advance(HOUR_MS);
      await settled();
    }
  }

  it('deletes all that expired, each hour, and nothing before its day is over', async () => {
    await abandon(300, 0);
    await abandon(1, 1);
    await hours(24);
    assert.equal(
      swept.reduce((sum, carts) => sum + carts, 0),
      300,
    );
    assert.equal(swept.length, 24);
    await hours(24);
    assert.equal(
      swept.reduce((sum, carts) => sum + carts, 0),
      301,
    );
  });

  it('goes on where one portion had nothing to delete and others are left', async () => {
    const answers = [
      { carts: [], more: true },
      { carts: ['a', 'b'], more: true },
      { carts: ['c'], more: false },
    ];
    journal.sweepExpired = () => Promise.resolve(answers.shift() ?? { carts: [], more: false });
    await hours(1);
    assert.deepEqual(swept, [3]);
  });

  it('believes a clock that jumps forward by one day an hour: it may be wrong, and what is deleted is gone', async () => {
    await abandon(1, 0);
    await abandon(1, 1);
    clock.jump(40 * DAY_MS);
    await hours(1);
    assert.deepEqual(swept, [1]);
    await hours(1);
    assert.deepEqual(swept, [1, 1]);
    clock.jump(-40 * DAY_MS);
    await abandon(1, 1);
    await hours(1);
    assert.deepEqual(swept, [1, 1, 0], 'put right');
  });

  it('tells of a failure and tries again the next hour', async () => {
    await abandon(1, -1);
    const sweep = journal.sweepExpired.bind(journal);
    journal.sweepExpired = () => Promise.reject(new Error('injected'));
    await hours(1);
    assert.deepEqual([swept, failed], [[], ['injected']]);
    journal.sweepExpired = sweep;
    await hours(1);
    assert.deepEqual(swept, [1]);
  });

  it('deletes nothing without a session, and ends when it is told to', async () => {
    await abandon(1, -1);
    session = null;
    await hours(1);
    assert.deepEqual(swept, [0]);
    stop.abort();
    await ended;
  });
});
