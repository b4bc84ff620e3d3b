import assert from 'node:assert/strict';
import { Controller, TerminalError } from './controller.ts';
import { ApiError } from './errors.ts';
import { ManualClock, settled } from './testing/manual-clock.ts';
import { WorkQueue } from './work-queue.ts';
import type { Reconcile } from './controller.ts';

describe('controller', () => {
  let clock: ManualClock;
  let queue: WorkQueue;
  let stop: AbortController;
  let running: Promise<void>;
  let ended: unknown[];

  beforeEach(() => {
    clock = new ManualClock();
    queue = new WorkQueue({ clock });
    stop = new AbortController();
    ended = [];
    running = Promise.resolve();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    queue.clear();
    await settled();
    assert.equal(clock.sleeping, 0);
  });

  function run(reconcile: Reconcile, workers = 2, timeoutMs = 120_000): Controller {
    const controller = new Controller({
      queue,
      reconcile,
      clock,
      workers,
      timeoutMs,
      observer: { started: () => undefined, ended: (key, outcome) => ended.push([key, outcome]) },
    });
    running = controller.run(stop.signal);
    return controller;
  }

  it('reconciles every key, as many at once as it has workers', async () => {
    let active = 0;
    let most = 0;
    const seen: string[] = [];
    run(async (key) => {
      active += 1;
      most = Math.max(most, active);
      await settled();
      active -= 1;
      seen.push(key);
      return {};
    }, 3);
    for (let index = 0; index < 10; index += 1) queue.add(`k${index}`);
    while (seen.length < 10) await settled();
    assert.equal(most, 3);
  });

  it('reconciles a key again when it changes during its reconciliation, never twice at once', async () => {
    let active = 0;
    let calls = 0;
    run(async () => {
      calls += 1;
      active += 1;
      assert.equal(active, 1);
      if (calls < 4) queue.add('a');
      await settled();
      active -= 1;
      return {};
    });
    queue.add('a');
    for (let turn = 0; turn < 20; turn += 1) await settled();
    assert.equal(calls, 4);
  });

  it('comes back to a key when it is asked to', async () => {
    let calls = 0;
    run(() => {
      calls += 1;
      return Promise.resolve(calls === 1 ? { requeueAfterMs: 20_000 } : {});
    });
    queue.add('a');
    await clock.advance(19_999);
    assert.equal(calls, 1);
    await clock.advance(1);
    assert.equal(calls, 2);
    assert.deepEqual(ended, [
      ['a', 'requeue_after'],
      ['a', 'success'],
    ]);
  });

  it('tries a failed key again with a growing wait, and others meanwhile', async () => {
    const atMs: number[] = [];
    run((key) => {
      if (key === 'good') return Promise.resolve({});
      atMs.push(clock.monotonicMs());
      // Not even asynchronous.
      if (atMs.length < 4) throw new Error('not yet');
      return Promise.resolve({});
    });
    queue.add('bad');
    queue.add('good');
    await clock.advance(1000);
    assert.deepEqual(
      atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0)),
      [5, 10, 20],
    );
    assert.equal(queue.failures('bad'), 0);
    assert.deepEqual(ended, [
      ['bad', 'error'],
      ['good', 'success'],
      ['bad', 'error'],
      ['bad', 'error'],
      ['bad', 'success'],
    ]);
  });

  it('leaves an API server alone for as long as it asks', async () => {
    let calls = 0;
    run(() => {
      calls += 1;
      return Promise.reject(
        new ApiError('slower', { status: 429, reason: 'TooManyRequests', retryAfterMs: 9000 }),
      );
    });
    queue.add('a');
    await clock.advance(8999);
    assert.equal(calls, 1);
    await clock.advance(1);
    assert.equal(calls, 2);
  });

  it('does not try again what would fail again', async () => {
    let calls = 0;
    run(() => {
      calls += 1;
      return Promise.reject(new TerminalError('the spec is wrong'));
    });
    queue.add('a');
    await clock.advance(10_000_000);
    assert.equal(calls, 1);
    queue.add('a');
    await settled();
    assert.equal(calls, 2);
    assert.deepEqual(ended[0], ['a', 'terminal_error']);
  });

  it('tells a reconciliation when its time is over', async () => {
    run(
      (_, signal) =>
        new Promise((__, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      1,
      30_000,
    );
    queue.add('slow');
    await clock.advance(30_000);
    assert.deepEqual(ended, [['slow', 'error']]);
    assert.equal(queue.delayed, 1);
  });

  it('stops when what is under way has ended, and leaves the rest in the queue for the next run', async () => {
    let finish: () => void = () => undefined;
    const aborted: boolean[] = [];
    const controller = run(async (_, signal) => {
      await new Promise<void>((resolve) => (finish = resolve));
      aborted.push(signal.aborted);
      signal.throwIfAborted();
      return {};
    }, 1);
    queue.add('a');
    queue.add('b');
    await settled();
    let stopped = false;
    stop.abort(new Error('the lease was lost'));
    void running.then(() => (stopped = true));
    await settled();
    assert.equal(stopped, false);
    finish();
    await running;
    assert.deepEqual(aborted, [true]);
    assert.deepEqual(ended, [['a', 'requeue']]);
    assert.equal(queue.depth, 2);
    stop = new AbortController();
    running = controller.run(stop.signal);
    for (let turn = 0; turn < 3; turn += 1) {
      await settled();
      finish();
    }
    await settled();
    assert.deepEqual(ended.slice(1), [
      ['b', 'success'],
      ['a', 'success'],
    ]);
  });
});
