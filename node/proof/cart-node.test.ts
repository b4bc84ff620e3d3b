import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CartNode } from './cart-node.ts';
import { keepHistory } from './kills.ts';

describe('cart node of the long runs', function () {
  this.timeout(40_000);

  it('starts with their settings, and stops in order', async () => {
    const journalPath = mkdtempSync(join(tmpdir(), 'proof-node-'));
    try {
      await using node = await CartNode.start({ journalPath, env: keepHistory });
      assert.equal(await node.process.stop(), 'exit code 0');
    } finally {
      rmSync(journalPath, { recursive: true, force: true });
    }
  });
});
