import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChangeFeed, feedDefaults } from './change-feed.ts';
import { DamagedCartError, RetriableError } from './errors.ts';
import { SlowReaderError } from './subscription.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { FeedOptions } from './change-feed.ts';
import type { FeedEvent, Subscription } from './subscription.ts';
import type { Harness } from './testing/fixtures.ts';

describe('change feed', () => {
  let test: Harness;
  let feed: ChangeFeed;
  let cut: number;

  beforeEach(async () => {
    test = await harness();
    feed = feedOf(test);
  });

  function feedOf(parts: Harness, options: Partial<FeedOptions> = {}): ChangeFeed {
    cut = 0;
    const observer = { readerCut: () => void (cut += 1) };
    return new ChangeFeed({ ...parts, observer }, { ...feedDefaults, ...options });
  }

  async function change(times = 1, id = 'c'): Promise<void> {
    for (let time = 0; time < times; time += 1) await test.pool.apply(id, { mutation: add() });
  }

  it('begins with the state and goes on with each change, with its cart', async () => {
    await change(2);
    const reading = read(await feed.open('c'));
    await change(2);
    await settled();
    assert.deepEqual(reading.seen, ['state 2', 'AddItem 3 with cart', 'AddItem 4 with cart']);
    const { events } = reading;
    assert.ok(events[1]?.kind === 'change' && events[1].cart?.lines[0]?.quantity === 3);
    assert.equal(events[1].atMs, test.clock.wallMs());
  });

  it('tells nothing before it is durable', async () => {
    await change();
    const reading = read(await feed.open('c'));
    const release = test.journal.hold();
    const changed = change();
    await settled();
    assert.deepEqual(reading.seen, ['state 1']);
    release();
    await changed;
    await settled();
    assert.deepEqual(reading.seen, ['state 1', 'AddItem 2 with cart']);
  });

  describe('resumed', () => {
    it('at the newest version waits for the next change', async () => {
      await change(3);
      const reading = read(await feed.open('c', 3));
      await settled();
      assert.deepEqual(reading.seen, []);
      await change();
      await settled();
      assert.deepEqual(reading.seen, ['AddItem 4 with cart']);
    });

    it('behind it tells what was missed, the newest with the cart', async () => {
      await change(5);
      const reading = read(await feed.open('c', 2));
      await change();
      await settled();
      assert.deepEqual(reading.seen, [
        'AddItem 3',
        'AddItem 4',
        'AddItem 5 with cart',
        'AddItem 6 with cart',
      ]);
    });

    it('in the middle of a record tells the rest of it', async () => {
      await change();
      const release = test.journal.hold();
      const changes = [change(), change(), change(), change()];
      await settled();
      release();
      await Promise.all(changes);
      assert.ok((await test.journal.history('c', 1).then(countOf)) < 5, 'some share a record');
      const reading = read(await feed.open('c', 3));
      await settled();
      assert.deepEqual(reading.seen, ['AddItem 4', 'AddItem 5 with cart']);
    });

    it('behind what is still kept begins anew with the state', async () => {
      await change(400);
      const first = await test.journal.history('c', 1).then(countOf);
      assert.ok(first < 300, 'older records were dropped');
      const reading = read(await feed.open('c', 2));
      await settled();
      assert.deepEqual(reading.seen, ['state 400']);
      const near = read(await feed.open('c', 399));
      await settled();
      assert.deepEqual(near.seen, ['AddItem 400 with cart']);
    });

    it('ahead of the cart begins anew with the state: it expired, or the journal was put back', async () => {
      await change(2);
      const reading = read(await feed.open('c', 7));
      await settled();
      assert.deepEqual(reading.seen, ['state 2']);
    });

    it('where too much was missed begins anew with the state', async () => {
      const many = Array.from({ length: 250 }, (_, index) => ({
        sku: `${'x'.repeat(200)}${index}`,
        quantity: 1,
        country: 'se',
      }));
      for (let time = 0; time < 4; time += 1)
        await test.pool.apply('c', { mutation: { type: 'SetCartRequest', message: { items: many } } });
      const reading = read(await feed.open('c', 0));
      await settled();
      assert.deepEqual(reading.seen, ['state 4']);
    });

    it('tells every change that happens while the journal is read, behind those before', async () => {
      await change(3);
      const opened = feed.open('c', 1);
      await change(3);
      const reading = read(await opened);
      await settled();
      assert.deepEqual(versions(reading.events), [2, 3, 4, 5, 6]);
    });

    it('is refused where the history is damaged, like a read of such a cart', async () => {
      await change(3);
      const error = new Error('injected');
      test.journal.history = () => Promise.resolve({ status: 'damaged', error });
      await assert.rejects(feed.open('c', 1), DamagedCartError);
      test.journal.history = () => Promise.resolve({ status: 'refused', reason: 'unavailable', error });
      await assert.rejects(feed.open('c', 1), isRetriable('journal-unavailable'));
      assert.equal(feed.size, 0);
    });
  });

  it('tells any number of readers that come and go at any moment every version once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('change', 'leave', 'turn'), { maxLength: 6 }), { maxLength: 12 }),
        async (rounds) => {
          test = await harness();
          feed = feedOf(test);
          const readers = [new Returning('c', feed), new Returning('c', feed), new Returning('c', feed)];
          for (const [index, round] of rounds.entries()) {
            const changes: Promise<void>[] = [];
            for (const step of round) {
              if (step === 'change') changes.push(change());
              else if (step === 'turn') await settled();
              else await readers[index % readers.length]?.again();
            }
            await Promise.all(changes);
          }
          await settled();
          const { version } = await test.pool.read('c');
          for (const reader of readers) {
            await reader.again();
            await settled();
            assert.deepEqual(
              reader.versions,
              Array.from({ length: version + 1 }, (_, at) => at),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  describe('a reader that is too slow', () => {
    it('is cut at once, and resumes without a gap', async () => {
      feed = feedOf(test, { bufferMax: 4 });
      await change();
      const subscription = await feed.open('c');
      const iterator = subscription[Symbol.asyncIterator]();
      assert.equal(seen((await iterator.next()).value as FeedEvent), 'state 1');
      await change(4);
      assert.equal(subscription.signal.aborted, false);
      await change(1);
      assert.ok(subscription.signal.reason instanceof SlowReaderError);
      await assert.rejects(iterator.next(), SlowReaderError);
      assert.deepEqual([feed.size, cut], [0, 1]);
      const reading = read(await feed.open('c', 1));
      await settled();
      assert.deepEqual(versions(reading.events), [2, 3, 4, 5, 6]);
    });

    it('does not keep others from anything', async () => {
      feed = feedOf(test, { bufferMax: 2 });
      await change();
      await feed.open('c');
      const reading = read(await feed.open('c'));
      // One record of many: both hear of all of them in one turn.
      await change(10);
      await settled();
      assert.deepEqual(versions(reading.events), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      assert.deepEqual([feed.size, cut], [1, 1]);
    });

    it('is cut in the middle of a record, as the last reader', async () => {
      feed = feedOf(test, { bufferMax: 1 });
      await change();
      await feed.open('c');
      const release = test.journal.hold();
      const changes = [change(), change(), change(), change()];
      await settled();
      release();
      await Promise.all(changes);
      assert.deepEqual([feed.size, cut], [0, 1]);
    });

    it('is cut while it waits for what it missed', async () => {
      feed = feedOf(test, { bufferMax: 2 });
      await change(3);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const history = test.journal.history.bind(test.journal);
      test.journal.history = async (...args) => {
        await promise;
        return history(...args);
      };
      const opened = feed.open('c', 1);
      await change(3);
      resolve(undefined);
      const reading = read(await opened);
      await settled();
      assert.deepEqual(reading.seen, []);
      assert.ok(reading.error() instanceof SlowReaderError);
    });
  });

  describe('a cart that nobody made yet', () => {
    let stop: AbortController;
    let running: Promise<void>;

    beforeEach(() => {
      stop = new AbortController();
      running = feed.run(stop.signal);
    });

    afterEach(async () => {
      stop.abort();
      await running;
    });

    async function aWhile(): Promise<void> {
      await settled();
      test.clock.advance(5000);
      await settled();
    }

    it('is watched at version 0, claims nothing, and shows its first change', async () => {
      const reading = read(await feed.open('c'));
      await settled();
      assert.deepEqual(reading.seen, ['state 0']);
      assert.equal((await test.journal.readCold('c')).status, 'absent');
      await aWhile();
      await change();
      await aWhile();
      assert.deepEqual(reading.seen, ['state 0', 'AddItem 1 with cart']);
      assert.equal(reading.error(), null);
    });

    it('leaves memory when nobody watches it any more', async () => {
      const subscription = await feed.open('c');
      test.clock.advance(60_000);
      test.pool.purge();
      assert.equal(test.pool.activeSize, 1);
      subscription.close();
      test.clock.advance(60_000);
      test.pool.purge();
      assert.equal(test.pool.size, 0);
    });

    it('ends its watches within seconds when another process makes it, and resumes there', async () => {
      const readings = [read(await feed.open('c')), read(await feed.open('c'))];
      const other = await test.another();
      await other.pool.apply('c', { mutation: add() });
      await other.pool.close(new AbortController().signal);
      await other.journal.closeSession(other.session);
      await aWhile();
      for (const { error } of readings) assert.ok(isRetriable('ownership-lost')(error()));
      const resumed = read(await feed.open('c', 0));
      await settled();
      assert.deepEqual(resumed.seen, ['AddItem 1 with cart']);
    });

    it('ends its watches as well while that other process has it', async () => {
      const reading = read(await feed.open('c'));
      const other = await test.another();
      await other.pool.apply('c', { mutation: add() });
      await aWhile();
      // The lease of its owner is waited for, in vain: it is renewed.
      for (let second = 0; second < 8 && reading.error() === null; second += 1) {
        await other.journal.renewSession(other.session);
        test.clock.advance(1000);
        await settled();
      }
      assert.ok(isRetriable('cart-owned-elsewhere')(reading.error()));
    });

    it('shows who comes later what others made of it, although it was watched in vain before', async () => {
      (await feed.open('c')).close();
      const other = await test.another();
      await other.pool.apply('c', { mutation: add() });
      await other.pool.close(new AbortController().signal);
      await other.journal.closeSession(other.session);
      const reading = read(await feed.open('c'));
      await settled();
      assert.deepEqual(reading.seen, ['state 1']);
    });

    it('is not ended because the journal gives no answer', async () => {
      const reading = read(await feed.open('c'));
      const readCold = test.journal.readCold.bind(test.journal);
      test.journal.readCold = () =>
        Promise.resolve({ status: 'refused', reason: 'unavailable', error: new Error('injected') });
      await aWhile();
      test.journal.readCold = readCold;
      assert.equal(reading.error(), null);
    });
  });

  it('keeps a cart in memory and from expiring as long as it is watched', async () => {
    await change();
    const reading = read(await feed.open('c'));
    for (let day = 0; day < 60; day += 1) {
      test.clock.advance(86_400_000);
      await test.journal.renewSession(test.session);
      test.pool.purge();
    }
    const today = Math.floor(test.clock.wallMs() / 86_400_000);
    assert.deepEqual((await test.journal.sweepExpired(test.session, today, 10)).carts, []);
    await change();
    await settled();
    assert.deepEqual(reading.seen, ['state 1', 'AddItem 2 with cart']);
  });

  it('shows a cart that expired since as what it is then', async () => {
    test = await harness({ idleTtlMs: 1000, changedTtlMs: 1000 });
    feed = feedOf(test);
    await change(3);
    (await feed.open('c')).close();
    for (let day = 0; day < 40; day += 1) {
      test.clock.advance(86_400_000);
      await test.journal.renewSession(test.session);
      test.pool.purge();
      await settled();
    }
    const today = Math.floor(test.clock.wallMs() / 86_400_000);
    assert.deepEqual((await test.journal.sweepExpired(test.session, today, 10)).carts, ['c']);
    const reading = read(await feed.open('c', 3));
    await settled();
    assert.deepEqual(reading.seen, ['state 0']);
  });

  it('does not begin with what is in memory, where the lease lapsed and others went on with the cart', async () => {
    await change();
    const other = await test.another();
    test.clock.advance(10_000);
    await other.journal.renewSession(other.session);
    await other.journal.fence(test.session.id);
    await other.pool.apply('c', { mutation: add() });
    await other.pool.close(new AbortController().signal);
    await other.journal.closeSession(other.session);
    // This node has not heard of it yet, and holds version 1 in memory.
    await assert.rejects(feed.open('c'), isRetriable('ownership-lost'));
  });

  describe('ends its readers', () => {
    it('when the session was fenced, behind what was on its way', async () => {
      await change();
      const subscription = await feed.open('c');
      await change(2);
      test.pool.dropAll(new RetriableError('ownership-lost', 'fenced', 500));
      const reading = read(subscription);
      await settled();
      assert.deepEqual(versions(reading.events), [1, 2, 3]);
      assert.ok(isRetriable('ownership-lost')(reading.error()));
      assert.equal(feed.size, 0);
      const resumed = read(await feed.open('c', 3));
      await change();
      await settled();
      assert.deepEqual(versions(resumed.events), [4]);
    });

    it('when another node turns out to own the cart', async () => {
      await change();
      const reading = read(await feed.open('c'));
      const other = await test.another();
      await test.journal.closeSession(test.session);
      await other.pool.apply('c', { mutation: add() });
      await assert.rejects(change(), RetriableError);
      await settled();
      assert.ok(reading.error() instanceof RetriableError);
      assert.deepEqual(reading.seen, ['state 1']);
    });

    it('when the node stops, and takes no more', async () => {
      await change();
      const reading = read(await feed.open('c'));
      const opening = feed.open('d');
      await change();
      feed.close();
      await settled();
      assert.deepEqual(versions(reading.events), [1, 2]);
      assert.ok(isRetriable('closing')(reading.error()));
      const late = read(await opening);
      await settled();
      assert.ok(isRetriable('closing')(late.error()));
      await assert.rejects(feed.open('c'), isRetriable('closing'));
      test.clock.advance(60_000);
      test.pool.purge();
      assert.deepEqual([feed.size, test.pool.activeSize], [0, 0]);
    });

    it('when they leave', async () => {
      await change();
      const subscription = await feed.open('c');
      const reading = read(subscription);
      await settled();
      subscription.close();
      await change();
      await settled();
      assert.deepEqual(reading.seen, ['state 1']);
      assert.deepEqual([reading.over(), reading.error(), feed.size], [true, null, 0]);
      for await (const event of await feed.open('c')) {
        assert.equal(event.kind, 'state');
        break;
      }
      assert.equal(feed.size, 0);
    });
  });

  it('bounds the readers of a cart and of the node, also while carts are loaded', async () => {
    feed = feedOf(test, { perCartMax: 2, watchersMax: 3 });
    const opened = await Promise.allSettled(['c', 'c', 'c', 'd', 'e'].map((id) => feed.open(id)));
    assert.deepEqual(
      opened.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
    for (const { reason } of opened.filter((one) => one.status === 'rejected'))
      assert.ok(isRetriable('watchers-full')(reason));
    assert.equal(feed.size, 3);
    if (opened[0]?.status === 'fulfilled') opened[0].value.close();
    await feed.open('c');
  });

  it('counts no reader whose cart could not be loaded', async () => {
    test.pool.apply('c', { mutation: add() }).catch(() => undefined);
    await settled();
    const other = feedOf(await test.another({ claimWaitMs: 0 }));
    await assert.rejects(other.open('c'), isRetriable('cart-owned-elsewhere'));
    assert.equal(other.size, 0);
  });
});

interface Reading {
  readonly events: readonly FeedEvent[];
  readonly seen: readonly string[];
  readonly over: () => boolean;
  readonly error: () => Error | null;
}

/** Reads as fast as it can. */
function read(subscription: Subscription): Reading {
  const events: FeedEvent[] = [];
  let over = false;
  let error: Error | null = null;
  const loop = async (): Promise<void> => {
    for await (const event of subscription) events.push(event);
  };
  loop()
    .catch((thrown: unknown) => (error = thrown as Error))
    .finally(() => (over = true));
  return {
    events,
    get seen() {
      return events.map(seen);
    },
    over: () => over,
    error: () => error,
  };
}

/** A reader that leaves and comes back with the version it has. */
class Returning {
  readonly #id: string;
  readonly #feed: ChangeFeed;
  readonly #readings: Reading[] = [];
  #subscription: Subscription | null = null;

  constructor(id: string, feed: ChangeFeed) {
    this.#id = id;
    this.#feed = feed;
  }

  /** Versions from its first state on, in the order in which they came. */
  get versions(): number[] {
    const all = this.#readings.flatMap(({ events }) => versions(events));
    return [...Array.from({ length: all[0] ?? 0 }, (_, version) => version), ...all];
  }

  async again(): Promise<void> {
    this.#subscription?.close();
    await settled();
    const last = this.#readings.flatMap(({ events }) => versions(events)).at(-1);
    this.#subscription = await this.#feed.open(this.#id, last);
    this.#readings.push(read(this.#subscription));
  }
}

function seen(event: FeedEvent): string {
  if (event.kind === 'state') return `state ${event.cart.version}`;
  return `${event.mutation.type} ${event.version}${event.cart === null ? '' : ' with cart'}`;
}

function versions(events: readonly FeedEvent[]): number[] {
  return events.map((event) => (event.kind === 'state' ? event.cart.version : event.version));
}

function countOf(read: { readonly status: string; readonly records?: readonly unknown[] }): number {
  return read.records?.length ?? 0;
}

function isRetriable(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RetriableError && error.code === code;
}
