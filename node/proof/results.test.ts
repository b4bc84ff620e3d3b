import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeVersion } from './results.ts';

describe('the code that a long run passed with', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proof-code-'));
    for (const folder of ['node', 'proto']) mkdirSync(join(root, folder));
    write('node/a.ts', '1');
    write('proto/a.proto', '1');
    write('package-lock.json', '{}');
    git('init', '--quiet');
    commit();
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    execFileSync('git', [...who, ...args], { cwd: root, stdio: 'ignore' });
  };
  const commit = (): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'test');
  };

  it('is the same after a commit that changed none of it', () => {
    const before = codeVersion(root);
    assert.match(before ?? '', /^[0-9a-f]{12}$/);
    write('README.md', 'new');
    commit();
    assert.equal(codeVersion(root), before);
  });

  it('is another one after every change of it, committed or not', () => {
    const seen = new Set([codeVersion(root)]);
    write('node/a.ts', '2');
    seen.add(codeVersion(root));
    write('node/b.ts', '1');
    seen.add(codeVersion(root));
    write('node/b.ts', '2');
    seen.add(codeVersion(root));
    write('package-lock.json', '{ }');
    commit();
    seen.add(codeVersion(root));
    assert.equal(seen.size, 5);
  });

  it('is unknown outside a checkout', () => {
    rmSync(join(root, '.git'), { recursive: true });
    assert.equal(codeVersion(root), null);
  });
});
