import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run of mocha of its own, as `make test` starts it, over tests that are made up here. */
describe('the last line of a test run', function () {
  this.timeout(20_000);

  const file = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartwright-reporter-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(
    tests: string,
    path = process.env['PATH'],
  ): { line: string; status: number | null; text: string } {
    writeFileSync(join(folder, 'made-up.test.mjs'), `import { itNeeds } from ${file('needs.ts')};\n${tests}`);
    const root = join(import.meta.dirname, '../..');
    const args = [
      '--no-config',
      '--require',
      'node/testing/needs.ts',
      '--reporter',
      'node/testing/summary-reporter.ts',
    ];
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/mocha/bin/mocha.js'), ...args, join(folder, 'made-up.test.mjs')],
      { cwd: root, encoding: 'utf8', env: { ...process.env, PATH: path } },
    );
    return { line: stdout.trimEnd().split('\n').at(-1) ?? '', status, text: stdout };
  }

  it('counts what passed and failed, alone on its line', () => {
    const { line, status } = run(
      `it('a', () => {}); it('b', () => { throw new Error('b'); }); after(() => { process.stdout.write('no end'); });`,
    );
    assert.deepEqual([line, status], ['1 passed, 1 failed', 1]);
  });

  it('counts a test as skipped whose capability is missing, and the listing names it', () => {
    const { line, status, text } = run(`it('a', () => {}); itNeeds('promtool', 'b', () => {});`, folder);
    assert.deepEqual([line, status], ['1 passed, 0 failed, 1 skipped', 0]);
    assert.match(text, /- b \(left out: needs promtool, which is missing here\)/);
  });

  for (const [name, test] of [
    ['skipped', `it.skip('b', () => {});`],
    ['skipping itself', `it('b', function () { this.skip(); });`],
    ['without a body', `it('b');`],
  ] as const) {
    it(`fails for a test ${name}`, () => {
      const { line, status, text } = run(`it('a', () => {}); ${test}`);
      assert.deepEqual([line, status], ['1 passed, 1 failed', 1]);
      assert.match(text, /tests are left out without itNeeds: b/);
    });
  }
});
