import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ManualClock, settled } from './testing/manual-clock.ts';
import { WorkQueue } from './work-queue.ts';

describe('work queue', () => {
  let clock: ManualClock;
  let queue: WorkQueue;
  const { signal } = new AbortController();

  beforeEach(() => {
    clock = new ManualClock();
    queue = new WorkQueue({ clock });
  });

  const takeAll = async (): Promise<string[]> => {
    const taken: string[] = [];
    while (queue.depth > 0) taken.push(await queue.take(signal));
    return taken;
  };

  it('gives keys in the order in which they came, each once', async () => {
    for (const key of ['b', 'a', 'b', 'c', 'a']) queue.add(key);
    assert.equal(queue.depth, 3);
    assert.deepEqual(await takeAll(), ['b', 'a', 'c']);
  });

  it('gives nobody a key that somebody is working on, and gives it again after that', async () => {
    queue.add('a');
    await queue.take(signal);
    queue.add('a');
    queue.add('a');
    assert.equal(queue.depth, 0);
    queue.done('a');
    assert.deepEqual(await takeAll(), ['a']);
    queue.done('a');
    assert.equal(queue.depth, 0);
  });

  it('hands a key to whoever waited longest', async () => {
    const taken: string[] = [];
    for (const name of ['first', 'second'])
      void queue.take(signal).then((key) => taken.push(`${name} ${key}`));
    queue.add('a');
    queue.add('b');
    await settled();
    assert.deepEqual(taken, ['first a', 'second b']);
  });

  it('lets a waiter go when it is aborted, and loses no key by it', async () => {
    const leaving = new AbortController();
    const left = assert.rejects(queue.take(leaving.signal), /going/);
    leaving.abort(new Error('going'));
    await left;
    queue.add('a');
    assert.equal(await queue.take(signal), 'a');
    await assert.rejects(queue.take(leaving.signal), /going/);
  });

  it('adds later what is to be added later, the earliest of several times', async () => {
    queue.addAfter('a', 1000);
    queue.addAfter('a', 5000);
    queue.addAfter('b', 3000);
    queue.addAfter('b', 500);
    queue.addAfter('c', 0);
    assert.deepEqual(await takeAll(), ['c']);
    await clock.advance(500);
    assert.deepEqual(await takeAll(), ['b']);
    await clock.advance(500);
    assert.deepEqual(await takeAll(), ['a']);
    await clock.advance(10_000);
    assert.equal(queue.depth, 0);
    assert.equal(clock.sleeping, 0);
  });

  it('doubles the wait of a key with every failure, from 5 ms to 1000 s, and starts over when it is forgotten', async () => {
    const waits: number[] = [];
    for (let failure = 0; failure < 21; failure += 1) {
      const fromMs = clock.monotonicMs();
      queue.addAfterFailure('a');
      await clock.advance(clock.nextMs - fromMs);
      assert.deepEqual(await takeAll(), ['a']);
      queue.done('a');
      waits.push(clock.monotonicMs() - fromMs);
    }
    assert.deepEqual(waits.slice(0, 4), [5, 10, 20, 40]);
    assert.deepEqual(waits.slice(-4), [655_360, 1_000_000, 1_000_000, 1_000_000]);
    queue.forget('a');
    assert.equal(queue.failures('a'), 0);
    queue.addAfterFailure('a', 3000);
    await clock.advance(2999);
    assert.equal(queue.depth, 0);
    await clock.advance(1);
    assert.equal(queue.depth, 1);
  });

  it('keeps no trace of keys that are done with', async () => {
    for (let index = 0; index < 10_000; index += 1) {
      queue.add(`k${index}`);
      queue.done(await queue.take(signal));
    }
    queue.addAfter('x', 1000);
    queue.clear();
    assert.deepEqual([queue.depth, queue.delayed, queue.processingMs.length, clock.sleeping], [0, 0, 0, 0]);
  });

  it('tells its observer what happens and how long it took', async () => {
    const seen: unknown[] = [];
    queue = new WorkQueue({
      clock,
      observer: {
        added: () => seen.push('added'),
        taken: (ms) => seen.push(['taken', ms]),
        done: (ms) => seen.push(['done', ms]),
        retried: () => seen.push('retried'),
      },
    });
    queue.add('a');
    queue.add('a');
    await clock.advance(30);
    await queue.take(signal);
    await clock.advance(70);
    assert.deepEqual(queue.processingMs, [70]);
    queue.done('a');
    queue.done('a');
    queue.addAfterFailure('a');
    assert.deepEqual(seen, ['added', ['taken', 30], ['done', 70], 'retried']);
  });

  /** A model of what is owed: keys that were added and have not been taken since. */
  it('loses no addition, gives no key twice at once, and holds each key once, whatever is done', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const action = fc.oneof(
      fc.record({ do: fc.constantFrom('add', 'done', 'fail' as const), key }),
      fc.record({ do: fc.constant('later' as const), key, ms: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 40 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
        clock = new ManualClock();
        queue = new WorkQueue({ clock });
        const owed = new Set<string>();
        const due = new Map<string, number>();
        const working = new Set<string>();
        const passTime = async (ms: number): Promise<void> => {
          await clock.advance(ms);
          for (const [late, atMs] of due) {
            if (atMs > clock.monotonicMs()) continue;
            due.delete(late);
            owed.add(late);
          }
        };
        for (const one of actions) {
          switch (one.do) {
            case 'add':
              queue.add(one.key);
              owed.add(one.key);
              break;
            case 'later': {
              queue.addAfter(one.key, one.ms);
              const atMs = clock.monotonicMs() + one.ms;
              due.set(one.key, Math.min(atMs, due.get(one.key) ?? Infinity));
              break;
            }
            case 'fail':
              due.set(
                one.key,
                Math.min(
                  clock.monotonicMs() + 5 * 2 ** queue.failures(one.key),
                  due.get(one.key) ?? Infinity,
                ),
              );
              queue.addAfterFailure(one.key);
              break;
            case 'done':
              queue.done(one.key);
              working.delete(one.key);
              break;
            case 'take':
              if (queue.depth === 0) break;
              {
                const taken = await queue.take(signal);
                assert.ok(!working.has(taken), 'nobody else works on it');
                assert.ok(owed.delete(taken), 'it was added');
                working.add(taken);
              }
              break;
            case 'advance':
              await passTime(one.ms);
              break;
          }
          const free = [...owed].filter((added) => !working.has(added));
          assert.equal(queue.depth, free.length);
          assert.equal(queue.delayed, due.size);
        }
        await passTime(1_000_001);
        for (const held of working) queue.done(held);
        const rest = await takeAll();
        assert.deepEqual(rest.sort(), [...owed].sort());
      }),
      { numRuns: 500 },
    );
  });
});
