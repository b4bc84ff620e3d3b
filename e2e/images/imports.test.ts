import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importsOf } from './imports.ts';

describe('what an image takes along', () => {
  let root: string;

  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'cartwright-imports-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  }

  it('is what is imported at run time, in however many steps', () => {
    write({
      'a/main.ts': `import fs from 'node:fs'; import path from 'path'; import { b } from '../b/b.ts'; import './c.ts';`,
      'a/c.ts': `export * from 'whole'; export { d } from './d.ts';`,
      'a/d.ts': `const later = await import('@scope/name/part'); import { b } from '../b/b.ts';`,
      'b/b.ts': `import { type T, x } from 'mixed/part'; import '../a/main.ts';`,
      'b/unused.ts': `import 'unused';`,
    });
    assert.deepEqual(importsOf(root, 'a/main.ts'), {
      files: ['a/c.ts', 'a/d.ts', 'a/main.ts', 'b/b.ts'],
      packages: ['@scope/name', 'mixed', 'whole'],
    });
  });

  it('is what threads are started with', () => {
    write({
      'a/main.ts': `import { Worker } from 'node:worker_threads'; new Worker(new URL('./thread.ts', import.meta.url), {});`,
      'a/thread.ts': `import 'needed';`,
    });
    const files = ['a/main.ts', 'a/thread.ts'];
    assert.deepEqual(importsOf(root, 'a/main.ts'), { files, packages: ['needed'] });
    write({ 'b.ts': `new Worker(process.argv[2])` });
    assert.throws(() => importsOf(root, 'b.ts'), /b\.ts starts a thread from what is computed/);
  });

  it('is nothing that only types come from', () => {
    write({ 'main.ts': `import type { A } from 'typed'; export type { B } from './gone.ts';` });
    assert.deepEqual(importsOf(root, 'main.ts'), { files: ['main.ts'], packages: [] });
  });

  it('must be known beforehand', () => {
    write({ 'main.ts': `const name = process.argv[2]; await import(name);` });
    assert.throws(() => importsOf(root, 'main.ts'), /main\.ts imports what is computed/);
    write({ 'main.ts': `import './missing.ts';` });
    assert.throws(() => importsOf(root, 'main.ts'), /main\.ts imports \.\/missing\.ts, which is not there/);
  });
});
