import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cache, keyOf } from './cache.ts';
import { runSteps } from './step.ts';
import type { Step } from './step.ts';

describe('the bootstrap’s steps', () => {
  let root: string;
  let cache: Cache;
  let printed: string;
  let ran: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cartwright-steps-'));
    cache = new Cache(root);
    printed = '';
    ran = [];
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function step(name: string, key: string, fails = false): Step {
    return cache.folderStep(name, key, (folder) => {
      ran.push(name);
      writeFileSync(join(folder, 'product'), 'half');
      if (fails) return Promise.reject(new Error(`${name} broke`));
      writeFileSync(join(folder, 'product'), 'whole');
      return Promise.resolve();
    });
  }

  function run(...steps: readonly Step[]): Promise<void> {
    const clock = [0, 1500, 1500, 61_500];
    return runSteps(
      steps,
      (text) => (printed += text),
      () => clock.shift() ?? 0,
    );
  }

  it('are made once, with a line and a time for each', async () => {
    await run(step('one', 'k'), step('second', 'k'));
    assert.equal(printed, '  one     made, 1.5 s\n  second  made, 60.0 s\n');
    printed = '';
    await run(step('one', 'k'), step('second', 'k'));
    assert.equal(printed, '  one     there, 1.5 s\n  second  there, 60.0 s\n');
    assert.deepEqual(ran, ['one', 'second']);
  });

  it('go on after a failure where it stopped, and believe nothing that is half made', async () => {
    await assert.rejects(
      run(step('one', 'k'), step('second', 'k', true), step('third', 'k')),
      /second broke/,
    );
    assert.equal(printed, '  one     made, 1.5 s\n  second  failed after 60.0 s\n');
    assert.ok(!existsSync(cache.path('second', 'k')));
    await run(step('one', 'k'), step('second', 'k'), step('third', 'k'));
    assert.deepEqual(ran, ['one', 'second', 'second', 'third']);
    assert.equal(readFileSync(join(cache.path('second', 'k'), 'product'), 'utf8'), 'whole');
  });

  it('are made anew when their key changes', async () => {
    await run(step('one', 'k'));
    await run(step('one', 'l'));
    assert.deepEqual(ran, ['one', 'one']);
  });

  it('leave nothing unfinished behind after a clear', async () => {
    await assert.rejects(run(step('one', 'k', true)));
    const unfinished = cache.scratch('other');
    cache.clear();
    assert.ok(!existsSync(unfinished));
  });

  it('have keys that tell parts apart', () => {
    assert.notEqual(keyOf('a', 'bc'), keyOf('ab', 'c'));
    assert.match(keyOf('a'), /^[0-9a-f]{12}$/);
  });
});
