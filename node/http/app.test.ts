import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { isCart, isProblem } from './testing/answers.ts';
import { openShop } from './testing/shop.ts';
import { problems } from './problems.ts';
import { routes } from './routes.ts';
import type { Answer, Shop } from './testing/shop.ts';
import type { HttpSettings } from './settings.ts';

const BYID = '/cart/byid/c1';

describe('HTTP API', () => {
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

  const add = (sku = 'A', quantity = 1): object => ({ sku, quantity, country: 'se' });
  const cookieOf = (answer: Answer): string => (answer.headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';

  for (const slash of ['', '/']) {
    for (const form of ['cookie', 'byid'] as const) {
      it(`serves the quick start (${form} form${slash === '' ? '' : ', with slashes'})`, async () => {
        const first = await shop.call('GET', '/cart/');
        isCart(first);
        const cookie = cookieOf(first);
        const base = form === 'cookie' ? '/cart' : BYID;
        const headers: Record<string, string> = form === 'cookie' ? { cookie } : {};
        const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
          shop.call(method, `${base}${path}${slash}`, body, headers);
        const cart = async (answer: Promise<Answer>): Promise<Answer['json']> => {
          isCart(await answer);
          return (await answer).json;
        };
        assert.deepEqual(
          (await cart(call('GET', '/add/TEST-SKU-123'))).items.map(({ sku, quantity }) => [sku, quantity]),
          [['TEST-SKU-123', 1]],
        );
        assert.equal((await cart(call('POST', '', add('TEST-SKU-456', 2)))).items[1]?.quantity, 2);
        assert.equal((await cart(call('PUT', '', { id: 1, quantity: 3 }))).items[0]?.quantity, 3);
        assert.deepEqual(
          (await cart(call('DELETE', '/1'))).items.map(({ id }) => id),
          [2],
        );
        const set = await cart(
          call('POST', '/set', { items: [add('TEST-SKU-AAA'), add('TEST-SKU-BBB', 2)] }),
        );
        assert.deepEqual(
          set.items.map(({ id, sku }) => [id, sku]),
          [
            [1, 'TEST-SKU-AAA'],
            [2, 'TEST-SKU-BBB'],
          ],
        );
        const delivery = await cart(call('POST', '/delivery', { provider: 'standard', items: [1, 2] }));
        assert.deepEqual(
          delivery.deliveries.map(({ id, items, price }) => [id, items, price]),
          [[1, [1, 2], 4900]],
        );
        const point = {
          id: 'PUP123',
          name: 'Locker 5',
          address: 'Main St 1',
          city: 'Stockholm',
          zip: '11122',
          country: 'SE',
        };
        assert.deepEqual(
          (await cart(call('PUT', '/delivery/1/pickupPoint', point))).deliveries[0]?.pickupPoint,
          point,
        );
        assert.deepEqual((await cart(call('DELETE', '/delivery/1'))).deliveries, []);
        const batch = {
          mutations: [
            { type: 'AddRequest', sku: 'C' },
            { type: 'RemoveItem', id: 1 },
            { type: 'SetDelivery', provider: 'express' },
          ],
        };
        assert.deepEqual(
          (await cart(call('POST', '/batch', batch))).items.map(({ sku }) => sku),
          ['TEST-SKU-BBB', 'C'],
        );
        assert.deepEqual((await cart(call('POST', '/clear'))).items, []);
        const end = await call('DELETE', '');
        if (form === 'byid') isCart(end);
        else {
          assert.deepEqual([end.status, end.text], [204, '']);
          assert.match(end.headers['set-cookie'] ?? '', /^cartid=; .*Max-Age=0/);
        }
      });
    }
  }

  it('takes numbers as ids by path, and what POST leaves out from its defaults', async () => {
    const answer = await shop.call('POST', '/cart/byid/1720000000000000', { sku: 'TEST-SKU-XYZ' });
    isCart(answer);
    assert.deepEqual(
      [answer.json.items[0]?.quantity, answer.json.country, answer.json.id],
      [1, 'se', '1720000000000000'],
    );
    isCart(await shop.call('GET', `${BYID}/add/A?quantity=3&country=SE&storeId=7&variant=S`));
  });

  describe('refuses', () => {
    const rows: readonly [
      name: string,
      method: string,
      path: string,
      body: unknown,
      status: number,
      code: string,
      field?: string,
    ][] = [
      ['a body that is no JSON', 'POST', BYID, '{"sku":', 400, 'body-not-json'],
      ['an empty body', 'POST', BYID, '', 400, 'body-not-json'],
      ['an unknown field', 'POST', BYID, { ...add(), colour: 'red' }, 400, 'unknown-field', 'colour'],
      ['a price from a client', 'POST', BYID, { ...add(), unitPrice: 1 }, 400, 'unknown-field', 'unitPrice'],
      [
        '__proto__ as a field',
        'POST',
        BYID,
        '{"sku":"A","__proto__":{"x":1}}',
        400,
        'unknown-field',
        '__proto__',
      ],
      ['a wrong type', 'POST', BYID, { sku: 7 }, 422, 'invalid-value', 'sku'],
      ['a missing field', 'POST', BYID, {}, 422, 'invalid-value', 'sku'],
      ['a body of another shape', 'POST', BYID, [], 422, 'invalid-value', 'body'],
      ['null', 'POST', BYID, 'null', 422, 'invalid-value', 'body'],
      ['control characters', 'POST', BYID, { sku: 'A\u0000' }, 422, 'invalid-value', 'sku'],
      ['a country that is none', 'POST', BYID, { ...add(), country: 'swe' }, 422, 'invalid-value', 'country'],
      ['a negative quantity', 'PUT', BYID, { id: 1, quantity: -1 }, 422, 'invalid-value', 'quantity'],
      ['a fractional quantity', 'PUT', BYID, { id: 1, quantity: 1.5 }, 422, 'invalid-value', 'quantity'],
      [
        'a quantity over the maximum',
        'PUT',
        BYID,
        { id: 1, quantity: 1000 },
        422,
        'invalid-value',
        'quantity',
      ],
      ['a quantity that is a text', 'PUT', BYID, { id: 1, quantity: '1' }, 422, 'invalid-value', 'quantity'],
      ['an unknown line', 'PUT', BYID, { id: 9, quantity: 1 }, 404, 'unknown-line', 'id'],
      ['a line that is no number', 'DELETE', `${BYID}/x`, undefined, 422, 'invalid-value', 'lineId'],
      ['an unknown delivery', 'DELETE', `${BYID}/delivery/9`, undefined, 404, 'unknown-delivery', 'id'],
      [
        'a pickup point without a delivery',
        'PUT',
        `${BYID}/delivery/9/pickupPoint`,
        { id: 'P' },
        404,
        'unknown-delivery',
        'deliveryId',
      ],
      ['an unknown sku', 'POST', BYID, add('no-such'), 404, 'unknown-sku', 'sku'],
      [
        'an unknown sku in a set',
        'POST',
        `${BYID}/set`,
        { items: [add(), add('no-such')] },
        404,
        'unknown-sku',
        'items[1].sku',
      ],
      [
        'an unknown line that is to be delivered',
        'POST',
        `${BYID}/delivery`,
        { provider: 'standard', items: [9] },
        404,
        'unknown-line',
        'items[0]',
      ],
      [
        'an unknown provider',
        'POST',
        `${BYID}/delivery`,
        { provider: 'no-such' },
        404,
        'unknown-delivery-provider',
        'provider',
      ],
      [
        'a mutation that is not for shoppers',
        'POST',
        `${BYID}/batch`,
        { mutations: [{ type: 'OrderCreated', orderId: 'x', status: 'y' }] },
        422,
        'invalid-value',
        'mutations[0].type',
      ],
      [
        'a wrong value within a batch',
        'POST',
        `${BYID}/batch`,
        { mutations: [{ type: 'RemoveItem', id: 0 }] },
        422,
        'invalid-value',
        'mutations[0].id',
      ],
      [
        'a batch that sets more items than a cart holds, in however many parts',
        'POST',
        `${BYID}/batch`,
        {
          mutations: Array.from({ length: 2 }, () => ({
            type: 'SetCartRequest',
            items: Array(126).fill(add()),
          })),
        },
        422,
        'invalid-value',
        'mutations',
      ],
      ['an empty batch', 'POST', `${BYID}/batch`, { mutations: [] }, 422, 'invalid-value', 'mutations'],
      ['a wrong query', 'GET', `${BYID}/add/A?quantity=x`, undefined, 422, 'invalid-value', 'query.quantity'],
      ['an unknown query', 'GET', `${BYID}/add/A?price=1`, undefined, 400, 'unknown-field', 'query.price'],
      ['an id that is none', 'GET', '/cart/byid/a.b', undefined, 404, 'not-found', 'cartId'],
      ['an unknown path', 'GET', '/carts', undefined, 404, 'not-found'],
      ['an unknown path below a cart', 'GET', '/cart/nowhere', undefined, 404, 'not-found'],
    ];

    for (const [name, method, path, body, status, code, field] of rows) {
      it(`${name}: ${status} ${code}`, async () => {
        const answer = await shop.call(method, path, body);
        isProblem(answer, status, code);
        if (field === undefined) return;
        const error = answer.json.errors.find((one) => one.field === field);
        assert.ok(error, answer.text);
        if (status === 422 || status === 400)
          assert.ok((error.expected ?? '').length > 0, 'what was expected');
        assert.equal((await shop.call('GET', BYID)).json.version, 0, 'nothing was changed');
      });
    }

    it('numbers in a URL like those in bodies, and what has no such type, with what was expected', async () => {
      const expected = async (method: string, path: string, body?: object): Promise<string | undefined> =>
        (await shop.call(method, `${BYID}${path}`, body)).json.errors[0]?.expected;
      assert.equal(await expected('GET', '/history?limit=99999'), 'at most 1000');
      assert.equal(await expected('GET', '/add/A?quantity=-1'), 'at least 1');
      assert.equal(await expected('DELETE', '/99999999999'), 'at most 4294967295');
      assert.match((await expected('GET', '/events?afterVersion=1e3')) ?? '', /whole number/);
      assert.equal(await expected('PUT', '', { id: 1, quantity: 1.5 }), 'a whole number');
      assert.match(
        (await expected('POST', '/batch', { mutations: [{ type: 'Add' }] })) ?? '',
        /^one of AddRequest, .*, Clear$/,
      );
    });

    it('a body that is too large: 413, and another content type: 415', async () => {
      isProblem(await shop.call('POST', BYID, { sku: 'A', x: 'y'.repeat(70_000) }), 413, 'body-too-large');
      isProblem(
        await shop.call('POST', BYID, 'sku=A', { 'content-type': 'text/plain' }),
        415,
        'unsupported-media-type',
      );
      isCart(await shop.call('POST', BYID, add(), { 'content-type': 'Application/JSON; charset=utf-8' }));
    });

    it('another method: 405 with Allow', async () => {
      const answer = await shop.call('PATCH', BYID, {});
      isProblem(answer, 405, 'method-not-allowed');
      assert.equal(answer.headers['allow'], 'GET, HEAD, DELETE, POST, PUT');
      assert.equal((await shop.call('GET', '/cart/set')).headers['allow'], 'POST');
      assert.equal((await shop.call('OPTIONS', '/cart/set')).headers['allow'], 'POST');
    });

    it('another currency than the cart’s, too many lines and pieces, with the limit', async () => {
      await shop.call('POST', `${BYID}/set`, {
        items: Array.from({ length: 250 }, (_, index) => add(`S${index}`)),
      });
      const lines = await shop.call('POST', BYID, add('one more'));
      isProblem(lines, 422, 'line-limit');
      assert.deepEqual(
        lines.json.errors.map(({ field, expected, limit }) => [field, expected, limit]),
        [['sku', 'at most 250', 250]],
      );
      await shop.call('PUT', BYID, { id: 1, quantity: 999 });
      const pieces = await shop.call('POST', BYID, add('S0'));
      isProblem(pieces, 422, 'quantity-limit');
      assert.equal(pieces.json.errors[0]?.limit, 999);
      assert.equal((await shop.call('PUT', BYID, { id: 1, quantity: 0 })).json.items.length, 249);
    });

    it('what the node can’t do now: 503 with Retry-After', async () => {
      shop.catalog.down = true;
      const answer = await shop.call('POST', BYID, add());
      isProblem(answer, 503, 'catalog-unavailable');
      assert.equal(answer.headers['retry-after'], '2');
      shop.catalog.down = false;
      shop.journal.faults.push('refuse', 'full', 'lose-answer');
      isProblem(await shop.call('POST', BYID, add()), 503, 'journal-unavailable');
      isProblem(await shop.call('POST', BYID, add()), 503, 'journal-full');
      isCart(await shop.call('GET', BYID));
      isProblem(await shop.call('POST', BYID, add()), 503, 'unknown-outcome');
      shop.shedding = true;
      const shed = await shop.call('GET', BYID);
      isProblem(shed, 503, 'node-overloaded');
      assert.equal(shed.headers['retry-after'], '2');
    });

    it('nothing with 500, whatever JSON comes', async function () {
      this.timeout(20_000);
      const changing = routes.filter(({ method }) => method === 'POST' || method === 'PUT');
      const body = fc.oneof(
        fc.json(),
        fc
          .record({
            sku: fc.string(),
            quantity: fc.oneof(fc.integer(), fc.double()),
            country: fc.string(),
            storeId: fc.string(),
          })
          .map((value) => JSON.stringify(value)),
        fc
          .record({
            mutations: fc.array(
              fc.record({ type: fc.constantFrom('AddRequest', 'Clear', 'x'), sku: fc.string() }),
            ),
          })
          .map((value) => JSON.stringify(value)),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...changing), body, async ({ method, path }, text) => {
          const { status } = await shop.call(method, `${BYID}${path.replace(/:\w+/, '1')}`, text);
          assert.ok(status < 500, `${status} for ${text}`);
        }),
        { numRuns: 300 },
      );
    });
  });

  describe('conditions', () => {
    it('apply to the version that If-Match names', async () => {
      await shop.call('POST', BYID, add());
      const match = (value: string): Promise<Answer> => shop.call('POST', BYID, add(), { 'if-match': value });
      isProblem(await match('"7"'), 412, 'version-mismatch');
      isProblem(await match('W/"1"'), 412, 'version-mismatch');
      isProblem(await match('1'), 400, 'invalid-header');
      isProblem(await match('"01"'), 412, 'version-mismatch');
      isProblem(await match(','), 400, 'invalid-header');
      isProblem(await match('"1" "2"'), 400, 'invalid-header');
      isCart(await match('"7", "1"'));
      isCart(await match(', "a,b" ,,"2",'));
      isCart(await match('*'));
      isProblem(
        await shop.call('POST', '/cart/byid/new', add(), { 'if-match': '*' }),
        412,
        'version-mismatch',
      );
    });

    it('keep a change from versions that If-None-Match names', async () => {
      const unless = (value: string, cart = BYID): Promise<Answer> =>
        shop.call('POST', cart, add(), { 'if-none-match': value });
      isCart(await unless('*'));
      isProblem(await unless('*'), 412, 'version-mismatch');
      isProblem(await unless('W/"1"'), 412, 'version-mismatch');
      isProblem(await unless('nonsense'), 400, 'invalid-header');
      isCart(await unless('"0", "2"'));
      assert.equal((await shop.call('GET', BYID)).json.version, 2);
    });

    it('spare a client what it has: 304', async () => {
      await shop.call('POST', BYID, add());
      const seen = await shop.call('GET', BYID, undefined, { 'if-none-match': 'W/"1"' });
      assert.deepEqual([seen.status, seen.text, seen.headers['etag']], [304, '', '"1"']);
      isCart(await shop.call('GET', BYID, undefined, { 'if-none-match': '"0", "2"' }));
      isProblem(await shop.call('GET', BYID, undefined, { 'if-none-match': 'x"' }), 400, 'invalid-header');
    });
  });

  describe('Idempotency-Key', () => {
    const key = { 'idempotency-key': 'k1' };

    it('applies once, and says that it did before', async () => {
      const first = await shop.call('POST', BYID, add(), key);
      const again = await shop.call('POST', BYID, add(), key);
      isCart(again);
      assert.deepEqual(
        [first.headers['idempotent-replayed'], again.headers['idempotent-replayed']],
        [undefined, 'true'],
      );
      assert.equal(again.json.items[0]?.quantity, 1);
    });

    it('is refused with another body, while it runs, and when it is malformed', async () => {
      const release = shop.journal.hold();
      const first = shop.call('POST', BYID, add(), key);
      while (shop.commit.waiting === 0 && shop.pool.activeSize === 0)
        await new Promise((resolve) => setImmediate(resolve));
      isProblem(await shop.call('POST', BYID, add(), key), 409, 'request-in-progress');
      release();
      isCart(await first);
      isProblem(await shop.call('POST', BYID, add('B'), key), 422, 'idempotency-key-reused');
      isProblem(
        await shop.call('POST', BYID, add(), { 'idempotency-key': 'x'.repeat(256) }),
        400,
        'invalid-header',
      );
    });
  });

  describe('cookies', () => {
    it('are minted for who has none or one of another shape, and kept alive by reading', async () => {
      for (const cookie of [undefined, 'cartid=short', 'cartid=../../etc', 'other=1']) {
        const answer = await shop.call('GET', '/cart', undefined, cookie === undefined ? {} : { cookie });
        assert.match(
          answer.headers['set-cookie'] ?? '',
          /^cartid=[0-9A-Za-z]{22}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
        );
        assert.ok((answer.headers['set-cookie'] ?? '').includes(answer.json.id));
      }
      const cookie = cookieOf(await shop.call('GET', '/cart/add/A'));
      // A subdomain, or the service before this one, may have left another cookie of this name.
      const beside = await shop.call('GET', '/cart/', undefined, {
        cookie: `cartid=1720000000000000; ${cookie}`,
      });
      assert.equal(beside.json.version, 1);
      const seen = await shop.call('GET', '/cart/', undefined, { cookie: `a=b; ${cookie}; c=d` });
      assert.equal(seen.json.version, 1);
      assert.equal(cookieOf(seen), cookie);
      assert.equal((await shop.call('POST', '/cart', add(), { cookie })).headers['set-cookie'], undefined);
    });

    it('follow the settings', async () => {
      await open({ COOKIE_SECURE: false, COOKIE_NAME: 'basket', COOKIE_MAX_AGE_DAYS: 1 });
      const { headers } = await shop.call('GET', '/cart');
      assert.match(
        headers['set-cookie'] ?? '',
        /^basket=\w{22}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/,
      );
    });

    it('are all different', async () => {
      await open({ RATE_LIMIT_NEW_CARTS: 0 });
      const cookies = await Promise.all(
        Array.from({ length: 50 }, async () => cookieOf(await shop.call('GET', '/cart'))),
      );
      assert.equal(new Set(cookies).size, 50);
    });
  });

  it('takes only ids that it minted by path, where it is told to', async () => {
    await open({ CART_ID_POLICY: 'minted' });
    isProblem(await shop.call('GET', '/cart/byid/1720000000000000'), 404, 'not-found');
    isCart(await shop.call('GET', '/cart/byid/0123456789abcdefghijkl'));
  });

  it('tells the observer patterns of routes, never what a client made up', async () => {
    await shop.call('POST', BYID, add());
    await shop.call('GET', '/made/up');
    assert.deepEqual(
      shop.done.map(({ route, method, status, cart }) => [route, method, status, cart]),
      [
        ['/cart/byid/:cartId', 'POST', 200, 'c1'],
        ['other', 'GET', 404, null],
      ],
    );
  });

  it('documents every problem in its README, and no other', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    assert.deepEqual(
      Object.fromEntries(rows),
      Object.fromEntries(Object.entries(problems).map(([code, [status]]) => [code, status])),
    );
  });
});
