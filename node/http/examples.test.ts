import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RetriableError } from '../actor/errors.ts';
import { itNeeds } from '../testing/needs.ts';
import { openShop } from './testing/shop.ts';
import type { ChildProcess } from 'node:child_process';
import type { Shop } from './testing/shop.ts';

const folder = new URL('examples/', import.meta.url);

describe('example clients', () => {
  let shop: Shop;
  let child: ChildProcess | null;

  beforeEach(async () => {
    child = null;
    shop = await openShop();
  });

  afterEach(async () => {
    // The shell has curl as a child, which ends with the stream.
    if (child?.exitCode === null) {
      child.kill();
      await Promise.all([once(child, 'exit'), shop[Symbol.asyncDispose]()]);
    } else await shop[Symbol.asyncDispose]();
  });

  const add = (): Promise<unknown> => shop.call('POST', '/cart/byid/c1', { sku: 'A' });

  /** Follows a cart over an end of the stream and over changes that are made meanwhile. */
  async function follows(command: string, file: string): Promise<void> {
    await add();
    const args = [fileURLToPath(new URL(file, folder)), `http://127.0.0.1:${shop.port}/cart/byid/c1`];
    child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const { stdout } = child;
    assert.ok(stdout);
    const printed = async (text: string): Promise<void> => {
      while (!output.includes(text)) await once(stdout, 'data', { signal: AbortSignal.timeout(10_000) });
    };
    await printed('state {');
    await add();
    await printed('change {"version":2');
    shop.pool.dropAll(new RetriableError('ownership-lost', 'the session was fenced', 500));
    await add();
    await add();
    await printed('change {"version":4');
    await add();
    await printed('change {"version":5');
    const lines = output
      .split('\n')
      .map((line) => /^(?:state|change) .*?"version":\d+/.exec(line)?.[0] ?? '');
    const versions = lines.filter((line) => line !== '').map((line) => Number(/\d+$/.exec(line)?.[0]));
    assert.deepEqual(versions, [1, 2, 3, 4, 5]);
  }

  it('in Node sees each version once', () => follows(process.execPath, 'follow.mjs'));
  itNeeds('python3', 'in Python sees each version once', () => follows('python3', 'follow.py'));
  it('with curl sees each version once', () => follows('sh', 'follow.sh'));

  it('are twenty lines, or fewer, each', () => {
    const clients = readdirSync(folder).filter((name) => /\.(js|mjs|py|sh)$/.test(name));
    assert.equal(clients.length, 4);
    for (const name of clients) {
      const lines = readFileSync(new URL(name, folder), 'utf8').split('\n');
      const code = lines.filter((line) => !/^\s*($|\/\/|\/\*|#|""")/.test(line));
      assert.ok(code.length <= 20, `${name} has ${code.length}`);
    }
  });
});
