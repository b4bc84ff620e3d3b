import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { openShop } from '../node/http/testing/shop.ts';
import type { AddressInfo } from 'node:net';

/** What `helm test` runs, as its pod runs it, against the real HTTP API. */
describe('helm test', function () {
  this.timeout(30_000);

  const program = readFileSync(new URL('cartwright/files/test-cart.ts', import.meta.url), 'utf8');
  const DEADLINE_MS = 20_000;

  interface Ended {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  }

  function run(port: number, environment: Record<string, string> = {}): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module-typescript', '--eval', program],
        {
          timeout: DEADLINE_MS,
          env: {
            CART_URL: `http://127.0.0.1:${port}`,
            SKU: 'TEST-SKU-123',
            COUNTRY: 'se',
            TIMEOUT_SECONDS: '1',
            ...environment,
          },
        },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  it('makes a cart, reads it back and empties it', async () => {
    await using shop = await openShop();
    const { code, stdout, stderr } = await run(shop.port);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout.trim().split('\n'), [
      'a new cart is empty',
      'it is the same cart when it is read back',
      'it has 2 of TEST-SKU-123',
      'it is empty again',
    ]);
    assert.deepEqual(
      shop.done.map(({ method, status }) => `${method} ${status}`),
      ['GET 200', 'POST 200', 'GET 200', 'POST 200', 'GET 200'],
    );
  });

  it('waits for carts to be served', async () => {
    await using shop = await openShop();
    shop.shedding = true;
    const ended = run(shop.port, { TIMEOUT_SECONDS: '6' });
    while (shop.done.length === 0) await new Promise(setImmediate);
    shop.shedding = false;
    assert.equal((await ended).code, 0);
    assert.equal(shop.done[0]?.status, 503);
  });

  it('repeats a change whose answer was lost, and it happens once', async () => {
    await using shop = await openShop();
    let lost = 0;
    const network = createServer((asked, answer) => {
      const { method, url: path, headers } = asked;
      const onward = httpRequest({ port: shop.port, method, path, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 0, from.headers);
        if (method === 'POST' && lost === 0) {
          lost += 1;
          answer.destroy();
        } else from.pipe(answer);
      });
      asked.pipe(onward);
    });
    network.listen(0, '127.0.0.1');
    await once(network, 'listening');
    const { port } = network.address() as AddressInfo;
    const { code, stderr } = await run(port, { TIMEOUT_SECONDS: '10' });
    network.close();
    assert.deepEqual([code, stderr, lost], [0, '', 1]);
    assert.equal(shop.done.filter(({ method }) => method === 'POST').length, 3);
  });

  it('fails and says why when nobody answers', async () => {
    const port = await (async () => {
      await using shop = await openShop();
      return shop.port;
    })();
    const { code, stderr } = await run(port);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^GET http:\/\/127\.0\.0\.1:\d+\/cart\/: not done within 1 s: fetch failed: connect ECONNREFUSED/,
    );
  });

  it('fails and says why when the catalog does not have the article', async () => {
    await using shop = await openShop();
    const { code, stderr } = await run(shop.port, { SKU: 'no-such-article' });
    assert.equal(code, 1);
    assert.match(stderr, /^POST \/cart\/ answered 404: .*unknown-sku/);
  });
});
