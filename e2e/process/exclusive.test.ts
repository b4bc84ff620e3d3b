import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exclusively } from './exclusive.ts';

describe('an exclusive name', () => {
  const never = new AbortController().signal;

  function name(): string {
    return `test-${process.pid}-${Math.random()}`;
  }

  it('lets one run after the other, and hands on what each returned', async () => {
    const shared = name();
    const order: string[] = [];
    const work = (label: string) => async (): Promise<string> => {
      order.push(`${label} begins`);
      await new Promise(setImmediate);
      order.push(`${label} ends`);
      return label;
    };
    const results = await Promise.all(
      ['a', 'b', 'c'].map((label) => exclusively(shared, () => undefined, never, work(label))),
    );
    assert.deepEqual(results, ['a', 'b', 'c']);
    assert.equal(order.length, 6);
    for (let at = 0; at < order.length; at += 2)
      assert.equal(order[at]?.replace('begins', 'ends'), order[at + 1]);
  });

  it('is free again after its work failed', async () => {
    const shared = name();
    await assert.rejects(
      exclusively(
        shared,
        () => undefined,
        never,
        () => Promise.reject(new Error('broken')),
      ),
      /broken/,
    );
    assert.equal(
      await exclusively(
        shared,
        () => assert.fail('it is taken'),
        never,
        () => Promise.resolve(1),
      ),
      1,
    );
  });

  it('is free as soon as the process that had it was killed', async () => {
    const shared = name();
    const script = `
      import { exclusively } from ${JSON.stringify(import.meta.resolve('./exclusive.ts'))};
      const forever = setInterval(() => undefined, 1000);
      await exclusively(${JSON.stringify(shared)}, () => undefined, new AbortController().signal, async () => {
        process.stdout.write('mine');
        await new Promise(() => undefined);
      });
      clearInterval(forever);`;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    let waited = false;
    const mine = exclusively(
      shared,
      () => {
        waited = true;
        owner.kill('SIGKILL');
      },
      never,
      () => Promise.resolve('mine now'),
    );
    assert.equal(await mine, 'mine now');
    assert.ok(waited);
  });

  it('is not waited for after an abort', async () => {
    const shared = name();
    const abort = new AbortController();
    await exclusively(
      shared,
      () => undefined,
      never,
      async () => {
        await assert.rejects(
          exclusively(
            shared,
            () => abort.abort(),
            abort.signal,
            () => assert.fail('it ran'),
          ),
          { name: 'AbortError' },
        );
      },
    );
  });
});
