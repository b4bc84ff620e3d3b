import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { inLanes } from './lanes.ts';

describe('work in lanes', () => {
  it('is all done, in each lane one piece at a time, and a lane that is done takes the next', async () => {
    const busy = new Set<string>();
    const done: string[] = [];
    const results = await inLanes(['a', 'b'], [9, 1, 1, 1], async (turns, lane) => {
      assert.ok(!busy.has(lane), `${lane} has two`);
      busy.add(lane);
      for (let passed = 0; passed < turns; passed += 1) await turn();
      busy.delete(lane);
      done.push(lane);
      return turns;
    });
    assert.deepEqual(results, [1, 1, 1, 9]);
    assert.deepEqual(done, ['b', 'b', 'b', 'a']);
  });

  it('is begun in the lanes that are open, while others are not yet', async () => {
    const done: string[] = [];
    const opened = Promise.withResolvers<undefined>();
    await inLanes(
      ['open', 'closed'],
      [1, 2, 3],
      async (work, lane) => {
        await turn();
        done.push(`${work} ${lane}`);
        if (work === 1) opened.resolve(undefined);
      },
      (lane) => (lane === 'closed' ? opened.promise : Promise.resolve()),
    );
    assert.deepEqual(done.slice(0, 1), ['1 open']);
    assert.ok(
      done.some((one) => one.endsWith('closed')),
      done.join(),
    );
  });

  it('is not begun any more when a lane can’t be opened', async () => {
    const begun: number[] = [];
    const failing = inLanes(
      ['open', 'broken'],
      [1, 2],
      async (work) => {
        begun.push(work);
        await turn();
        await turn();
      },
      (lane) => (lane === 'broken' ? Promise.reject(new Error('broken')) : Promise.resolve()),
    );
    await assert.rejects(failing, /broken/);
    assert.deepEqual(begun, [1]);
  });

  it('ends after a failure with what is under way, and begins nothing else', async () => {
    const begun: string[] = [];
    const ended: string[] = [];
    const failing = inLanes([1, 2], ['slow', 'broken', 'never'], async (work) => {
      begun.push(work);
      await turn();
      if (work === 'broken') throw new Error('broken');
      await turn();
      ended.push(work);
    });
    await assert.rejects(failing, /broken/);
    assert.deepEqual(begun, ['slow', 'broken']);
    assert.deepEqual(ended, ['slow']);
  });
});
