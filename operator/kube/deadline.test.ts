import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { abortable, DeadlineError, withDeadline } from './deadline.ts';
import { ManualClock } from './testing/manual-clock.ts';

describe('deadline', () => {
  const never = new Promise<never>(() => undefined);
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  it('gives the outcome of what ends in time, and leaves no timer', async () => {
    const { signal } = new AbortController();
    assert.equal(await withDeadline(clock, 1000, signal, () => Promise.resolve(7)), 7);
    await assert.rejects(
      withDeadline(clock, 1000, signal, () => Promise.reject(new Error('own'))),
      /own/,
    );
    assert.deepEqual([clock.sleeping, getEventListeners(signal, 'abort').length], [0, 0]);
  });

  it('ends what does not listen, and aborts what does', async () => {
    const seen: unknown[] = [];
    const waiting = assert.rejects(
      withDeadline(clock, 1000, undefined, (signal) => {
        signal.addEventListener('abort', () => seen.push(signal.reason));
        return never;
      }),
      DeadlineError,
    );
    await clock.advance(1000);
    await waiting;
    assert.ok(seen[0] instanceof DeadlineError);
  });

  it('ends with its parent, and does not begin after it', async () => {
    const parent = new AbortController();
    const waiting = assert.rejects(
      withDeadline(clock, 1000, parent.signal, () => never),
      /enough/,
    );
    parent.abort(new Error('enough'));
    await waiting;
    let begun = false;
    const late = withDeadline(clock, 1000, parent.signal, () => {
      begun = true;
      return never;
    });
    await assert.rejects(late, /enough/);
    assert.deepEqual([begun, clock.sleeping], [false, 0]);
  });

  it('takes no notice of a failure that comes after the end', async () => {
    const parent = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const failing = new Promise<never>((_, reject) => (fail = reject));
    const waiting = assert.rejects(abortable(failing, parent.signal), /enough/);
    parent.abort(new Error('enough'));
    await waiting;
    fail(new Error('too late'));
  });

  it('leaves nothing on a signal, however often it is waited for', async () => {
    const { signal } = new AbortController();
    for (let round = 0; round < 100; round += 1) {
      await abortable(Promise.resolve(), signal);
      await assert.rejects(abortable(Promise.reject(new Error('own')), signal), /own/);
    }
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
