import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { isCart, isProblem } from './testing/answers.ts';
import { openShop } from './testing/shop.ts';
import type { Answer, Shop } from './testing/shop.ts';
import type { HttpSettings } from './settings.ts';

const BYID = '/cart/byid/c1';

describe('HTTP clients', () => {
  let shop: Shop;

  async function open(settings: Partial<HttpSettings> = {}): Promise<void> {
    await shop[Symbol.asyncDispose]();
    shop = await openShop(settings);
  }

  beforeEach(async () => {
    shop = await openShop();
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const add = (): object => ({ sku: 'A', quantity: 1, country: 'se' });

  describe('other sites', () => {
    const host = 'shop.example';
    const matrix: readonly [Record<string, string>, boolean][] = [
      [{}, true],
      [{ 'sec-fetch-site': 'same-origin' }, true],
      [{ 'sec-fetch-site': 'same-site' }, true],
      [{ 'sec-fetch-site': 'none' }, true],
      [{ 'sec-fetch-site': 'cross-site' }, false],
      [{ 'sec-fetch-site': 'Cross-Site' }, false],
      [{ 'sec-fetch-site': 'cross-site, none' }, false],
      [{ 'sec-fetch-site': 'whatever-comes-next' }, false],
      [{ 'sec-fetch-site': 'cross-site', origin: 'https://partner.example' }, true],
      [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
      [{ origin: `https://${host}` }, true],
      [{ origin: 'https://evil.example' }, false],
      [{ origin: 'null' }, false],
      [{ referer: `https://${host}/page` }, true],
      [{ referer: 'https://partner.example/page' }, true],
      [{ referer: 'https://evil.example/page' }, false],
      [{ referer: 'nonsense' }, false],
    ];

    for (const [headers, allowed] of matrix) {
      it(`may ${allowed ? '' : 'not '}change a cart with ${JSON.stringify(headers)}`, async () => {
        await open({ HTTP_CORS_ORIGINS: ['https://partner.example'] });
        for (const [method, path, body] of [
          ['GET', `${BYID}/add/A`, undefined],
          ['POST', BYID, add()],
          ['DELETE', BYID, undefined],
        ] as const) {
          const answer = await shop.call(method, path, body, { host, ...headers });
          if (allowed) isCart(answer);
          else isProblem(answer, 403, 'cross-site');
        }
        isCart(await shop.call('GET', BYID, undefined, { host, ...headers }));
      });
    }

    it('can’t make a browser change a cart ahead of a click, nor a HEAD request', async () => {
      isProblem(
        await shop.call('GET', `${BYID}/add/A`, undefined, { 'sec-purpose': 'prefetch;prerender' }),
        403,
        'prefetch-refused',
      );
      isProblem(
        await shop.call('GET', `${BYID}/add/A`, undefined, { purpose: 'prefetch' }),
        403,
        'prefetch-refused',
      );
      assert.equal((await shop.call('HEAD', `${BYID}/add/A`)).status, 405);
      assert.equal((await shop.call('GET', BYID)).json.version, 0);
    });

    it('get CORS headers only when they are on the list', async () => {
      await open({ HTTP_CORS_ORIGINS: ['https://partner.example'] });
      const partner = await shop.call('GET', BYID, undefined, { origin: 'https://partner.example' });
      assert.equal(partner.headers['access-control-allow-origin'], 'https://partner.example');
      assert.equal(partner.headers['access-control-allow-credentials'], 'true');
      assert.match(partner.headers['access-control-expose-headers'] ?? '', /ETag/);
      const evil = await shop.call('GET', BYID, undefined, { origin: 'https://evil.example' });
      assert.equal(evil.headers['access-control-allow-origin'], undefined);
      const preflight = {
        origin: 'https://partner.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      };
      const answer = await shop.call('OPTIONS', BYID, undefined, preflight);
      assert.equal(answer.status, 204);
      assert.match(answer.headers['access-control-allow-methods'] ?? '', /PUT/);
    });

    it('can be kept from links that change a cart', async () => {
      await open({ ADD_BY_GET: false });
      isProblem(await shop.call('GET', `${BYID}/add/A`), 404, 'not-found');
      isProblem(await shop.call('GET', '/cart/add/A'), 404, 'not-found');
    });
  });

  describe('rate limits', () => {
    it('are kept by cart, by address and for new carts, and pass with time', async () => {
      await open({ RATE_LIMIT_CART: 3, RATE_LIMIT_ADDRESS: 6, RATE_LIMIT_NEW_CARTS: 1 });
      for (let count = 0; count < 3; count += 1) isCart(await shop.call('GET', BYID));
      const limited = await shop.call('GET', BYID);
      isProblem(limited, 429, 'rate-limited');
      assert.equal(limited.headers['retry-after'], '20');
      isCart(await shop.call('POST', '/cart', add()));
      isProblem(await shop.call('POST', '/cart', add()), 429, 'rate-limited');
      isProblem(await shop.call('GET', '/cart/byid/other'), 429, 'rate-limited');
      shop.clock.advance(20_000);
      isCart(await shop.call('GET', BYID));
    });

    it('for new carts can’t be passed by whoever makes up ids, and leave the carts that are there alone', async () => {
      await open({ RATE_LIMIT_NEW_CARTS: 3 });
      const made = '0123456789abcdefghijk';
      isCart(await shop.call('POST', BYID, add()));
      isCart(await shop.call('GET', '/cart/add/A', undefined, { cookie: `cartid=${made}A` }));
      isCart(
        await shop.call('POST', '/cart/byid/c2/batch', { mutations: [{ type: 'AddRequest', sku: 'A' }] }),
      );
      const refused = await shop.call('POST', '/cart/byid/c3', add());
      isProblem(refused, 429, 'rate-limited');
      assert.equal(refused.headers['retry-after'], '20');
      isProblem(await shop.call('POST', '/cart', add(), { cookie: `cartid=${made}B` }), 429, 'rate-limited');
      isProblem(await shop.call('POST', '/cart', add()), 429, 'rate-limited');
      isCart(await shop.call('POST', BYID, add()));
      isCart(await shop.call('POST', '/cart', add(), { cookie: `cartid=${made}A` }));
      isCart(await shop.call('GET', '/cart/'));
      shop.clock.advance(20_000);
      isCart(await shop.call('POST', '/cart/byid/c3', add()));
    });

    it('for new carts are paid back when many are made at once', async () => {
      await open({ RATE_LIMIT_NEW_CARTS: 2 });
      const release = shop.journal.hold();
      const burst = Array.from({ length: 4 }, (_, n) => shop.call('POST', `/cart/byid/b${n}`, add()));
      while (shop.pool.activeSize < 4) await new Promise((resolve) => setImmediate(resolve));
      release();
      for (const answer of await Promise.all(burst)) isCart(answer);
      shop.clock.advance(60_000);
      isProblem(await shop.call('POST', '/cart/byid/b9', add()), 429, 'rate-limited');
      shop.clock.advance(31_000);
      isCart(await shop.call('POST', '/cart/byid/b9', add()));
    });

    it('believe forwarded addresses only from as many proxies as they are told', async () => {
      await open({ RATE_LIMIT_ADDRESS: 1, HTTP_TRUSTED_PROXIES: 1 });
      const from = (forwarded: string): Promise<Answer> =>
        shop.call('GET', BYID, undefined, { 'x-forwarded-for': forwarded });
      isCart(await from('6.6.6.6, 1.1.1.1'));
      isProblem(await from('7.7.7.7, 1.1.1.1'), 429, 'rate-limited');
      isCart(await from('1.1.1.1, 2.2.2.2'));
    });
  });

  describe('connections', () => {
    /** Sends the texts on one connection and collects what comes back until it is silent or closed. */
    function raw(...texts: string[]): Promise<string> {
      return new Promise((resolve, reject) => {
        const socket = connect(shop.port, '127.0.0.1');
        let received = '';
        socket.setTimeout(300, () => socket.destroy());
        socket.on('data', (chunk) => {
          received += chunk.toString();
          const next = texts.shift();
          if (next !== undefined) socket.write(next);
        });
        socket.on('close', () => resolve(received));
        socket.on('error', reject);
        socket.write(texts.shift() ?? '');
      });
    }
    const post = (body: string, extra = ''): string =>
      `POST ${BYID} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${extra}\r\n${body}`;

    it('go on after an error, also where the body was not read', async () => {
      const unread = post('{"sku":"A"}').replace('application/json', 'text/plain');
      const received = await raw(unread, post('{"sku":"A"}'), post('{'), post('{"sku":"A"}'));
      assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), [
        'HTTP/1.1 415',
        'HTTP/1.1 200',
        'HTTP/1.1 400',
        'HTTP/1.1 200',
      ]);
    });

    it('are closed after a body that is too large', async () => {
      const received = await raw(
        `${post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}20000\r\n${'x'.repeat(0x20000)}\r\n0\r\n\r\n`,
      );
      assert.match(received, /^HTTP\/1\.1 413[^]*Connection: close/i);
    });

    it('that break in the middle of a body change nothing', async () => {
      const socket = connect(shop.port, '127.0.0.1');
      socket.write(post('{"sku":"A"}').slice(0, -4));
      await new Promise((resolve) => socket.write('', resolve));
      socket.destroy();
      while (shop.done.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const [done] = shop.done;
      assert.deepEqual([done?.status, done?.problem], [499, null], 'it is no error of this node');
      assert.equal((await shop.call('GET', BYID)).json.version, 0);
    });

    it('take a body in pieces', async () => {
      const text = post('{"sku":"A"}');
      const socket = connect(shop.port, '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      for (const character of text) {
        socket.write(character);
        await new Promise((resolve) => setImmediate(resolve));
      }
      while (!received.includes('"version":1')) await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
    });
  });
});
