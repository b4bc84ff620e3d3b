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

  it('is begun in the lanes that are open, while others are opened, one after the other', async () => {
    const seen: string[] = [];
    const opening = new Map([
      ['b', Promise.withResolvers<undefined>()],
      ['c', Promise.withResolvers<undefined>()],
    ]);
    await inLanes(
      ['a', 'b', 'c'],
      [1, 2, 3, 4, 5, 6],
      async (work, lane) => {
        seen.push(`${work} ${lane}`);
        for (let passed = 0; passed < 5; passed += 1) await turn();
        if (work === 1) opening.get('b')?.resolve(undefined);
        if (lane === 'b') opening.get('c')?.resolve(undefined);
      },
      async (lane) => {
        seen.push(`open ${lane}`);
        await opening.get(lane)?.promise;
      },
    );
    assert.deepEqual(seen.slice(0, 3), ['open a', '1 a', 'open b']);
    const first = (lane: string): number =>
      seen.findIndex((one) => one.endsWith(` ${lane}`) && !one.startsWith('open'));
    assert.ok(
      first('b') > seen.indexOf('open b') && seen.indexOf('open c') > seen.indexOf('1 a'),
      seen.join(),
    );
    assert.ok(first('b') > 0 && first('c') > first('b'), seen.join());
  });

  it('is not begun any more when a lane can’t be opened, and no other lane is opened', async () => {
    const begun: string[] = [];
    const failing = inLanes(
      ['a', 'broken', 'c'],
      [1, 2],
      async (work) => {
        begun.push(`${work}`);
        await turn();
        await turn();
      },
      (lane) => {
        begun.push(lane);
        return lane === 'broken' ? Promise.reject(new Error('broken')) : Promise.resolve();
      },
    );
    await assert.rejects(failing, /broken/);
    assert.deepEqual(begun, ['a', '1', 'broken']);
  });

  it('opens no lane when nothing waits any more', async () => {
    const opened: string[] = [];
    await inLanes(
      ['a', 'b'],
      [1],
      () => Promise.resolve(),
      async (lane) => {
        opened.push(lane);
        await turn();
      },
    );
    assert.deepEqual(opened, ['a']);
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
