import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFiles } from './files.ts';

const root = join(import.meta.dirname, '../..');
/** What helps a test to do something that everything on the cluster meets. */
const REACHING_FAR = ['machine', 'release', 'monitoring-crds', 'dns', 'real-api-server'];

describe('the files of tests on a cluster', () => {
  it('are all run, each once', () => {
    const found = readdirSync(join(root, 'e2e')).filter((name) => name.endsWith('.test.ts'));
    assert.deepEqual(
      testFiles(root).flat().sort(),
      found.map((name) => `e2e/${name}`),
    );
  });

  it('are alone on it where they reach further than their own namespaces', () => {
    for (const piece of testFiles(root).filter(({ length }) => length > 1)) {
      for (const file of piece) {
        const text = readFileSync(join(root, file), 'utf8');
        const far = REACHING_FAR.filter((name) => text.includes(`/testing/${name}.ts'`));
        assert.deepEqual(far, [], file);
      }
    }
  });
});
