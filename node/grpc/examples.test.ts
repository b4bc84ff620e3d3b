import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RetriableError } from '../actor/errors.ts';
import { itNeeds } from '../testing/needs.ts';
import { openGrpcShop } from './testing/shop.ts';
import type { ChildProcess } from 'node:child_process';
import type { GrpcShop } from './testing/shop.ts';

const file = fileURLToPath(new URL('examples/follow.sh', import.meta.url));

describe('the example client for gRPC', function () {
  this.timeout(60_000);

  let shop: GrpcShop;
  let child: ChildProcess | null;

  beforeEach(async () => {
    child = null;
    shop = await openGrpcShop();
  });

  afterEach(async () => {
    // The shell has grpcurl as a child, which ends with the stream.
    if (child?.exitCode === null) {
      child.kill();
      await Promise.all([once(child, 'exit'), shop[Symbol.asyncDispose]()]);
    } else await shop[Symbol.asyncDispose]();
  });

  async function add(): Promise<void> {
    const { status } = await shop.cart('AddRequest', { cartId: 'c1', payload: { sku: 'A' } });
    assert.equal(status, 'OK');
  }

  itNeeds('grpcurl', 'sees each version once, over an end of the stream and changes meanwhile', async () => {
    await add();
    child = spawn('sh', [file, `127.0.0.1:${shop.port}`, 'c1'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const { stdout } = child;
    assert.ok(stdout);
    let output = '';
    stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const versions = (): number[] =>
      [...output.matchAll(/^ {2}"version": "(\d+)"/gm)].map(([, version]) => Number(version));
    const printed = async (version: number): Promise<void> => {
      while (!versions().includes(version))
        await once(stdout, 'data', { signal: AbortSignal.timeout(20_000) });
    };
    await printed(1);
    await add();
    await printed(2);
    shop.pool.dropAll(new RetriableError('ownership-lost', 'the session was fenced', 500));
    await add();
    await add();
    await printed(4);
    await add();
    await printed(5);
    assert.deepEqual(versions(), [1, 2, 3, 4, 5]);
  });

  it('is twenty lines, or fewer', () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const code = lines.filter((line) => !/^\s*($|#)/.test(line));
    assert.ok(code.length <= 20, `${code.length}`);
  });
});
