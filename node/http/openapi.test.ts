import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Conformance } from './testing/conformance.ts';
import { isCart, isProblem } from './testing/answers.ts';
import { openApiDocument } from './openapi.ts';
import { problems } from './problems.ts';
import { routes } from './routes.ts';
import { httpDefaults } from './settings.ts';
import { openShop } from './testing/shop.ts';
import type { Operation } from './openapi.ts';
import type { Shop } from './testing/shop.ts';

describe('the API’s description', () => {
  const document = openApiDocument(httpDefaults, '1.2.3');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  it('is an OpenAPI document by OpenAPI’s own schema', async () => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    );
    assert.ok(valid, JSON.stringify(errors));
  });

  it('has each route in both forms, callbacks in one, under names of their own, and nothing else', () => {
    const callbacks = routes.filter(({ action }) => action.kind === 'callback').length;
    assert.equal(operations.length, 2 * routes.length - callbacks);
    assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      assert.deepEqual(described, named, path);
    }
  });

  it('names what is not in every kind of cart as what may be left out', () => {
    const { Cart } = document.components.schemas;
    const { properties } = Cart as { properties: { items: { items: { required: string[] } } } };
    assert.deepEqual(
      ['sku', 'discount'].map((name) => properties.items.items.required.includes(name)),
      [true, false],
    );
  });

  it('leaves out the link that adds where it is switched off', () => {
    const { paths } = openApiDocument({ ...httpDefaults, ADD_BY_GET: false }, '1');
    assert.ok('/cart/add/{sku}' in document.paths && !('/cart/add/{sku}' in paths));
  });

  it('has every problem that there is, with an example', () => {
    const shown = new Set<string>();
    for (const { operation } of operations) {
      for (const { content } of Object.values(operation.responses)) {
        const examples = content?.['application/problem+json']?.['examples'];
        for (const code of Object.keys(examples ?? {})) shown.add(code);
      }
    }
    assert.deepEqual([...shown].sort(), Object.keys(problems).sort());
  });

  it('knows numbers in URLs as numbers, with their bounds and defaults', () => {
    const parameter = (path: string, wanted: string): object | undefined =>
      document.paths[path]?.['get']?.parameters.find(({ name }) => name === wanted);
    const schema = { type: 'integer', minimum: 1, maximum: 1000, default: 100 };
    assert.deepEqual(parameter('/cart/history', 'limit'), {
      name: 'limit',
      in: 'query',
      required: false,
      schema,
    });
    assert.deepEqual(parameter('/cart/events', 'afterVersion'), {
      name: 'afterVersion',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 0 },
    });
  });

  function examplesOf(media: Readonly<Record<string, unknown>>): unknown[] {
    const named = (media['examples'] ?? {}) as Record<string, { $ref: string }>;
    return Object.values(named).map(({ $ref }) => {
      const found = document.components.examples[$ref.replace('#/components/examples/', '')];
      assert.ok(found, $ref);
      return found.value;
    });
  }

  describe('has examples', () => {
    let shop: Shop;

    beforeEach(async () => {
      shop = await openShop();
      await shop.call('POST', '/cart/byid/c1', { sku: 'A' });
      await shop.call('POST', '/cart/byid/c1/delivery', { provider: 'standard' });
      await shop.call('POST', '/cart/byid/c1', { sku: 'B' });
    });

    afterEach(async () => {
      await shop[Symbol.asyncDispose]();
    });

    for (const { path, method, operation } of operations) {
      const body = bodyOf(operation);
      if (body === undefined || !path.includes('{cartId}')) continue;
      it(`of what ${operation.operationId} takes, that it takes`, async () => {
        const target = path.replace('{cartId}', 'c1').replace('{deliveryId}', '1');
        // Lines without a delivery are there, and those with one are left.
        if (operation.operationId === 'setDeliveryById')
          await shop.call('DELETE', '/cart/byid/c1/delivery/1');
        isCart(await shop.call(method.toUpperCase(), target, body));
      });
    }

    it('of a batch, that a new cart takes too, and any number of times', async () => {
      const batch = operations.find(({ operation }) => operation.operationId === 'changeCartById');
      assert.ok(batch);
      for (let time = 0; time < 2; time += 1)
        isCart(await shop.call('POST', '/cart/byid/new/batch', bodyOf(batch.operation)));
    });

    it('of answers, that have their shape', () => {
      const conformance = new Conformance(document);
      let examples = 0;
      for (const { path, method, operation } of operations) {
        const target = path.replace(/\{(line|delivery)Id\}/, '1').replace(/\{\w+\}/g, 'x');
        for (const [status, { content }] of Object.entries(operation.responses)) {
          for (const [type, media] of Object.entries(content ?? {})) {
            if (!type.endsWith('json')) continue;
            for (const value of examplesOf(media)) {
              const headers = { 'content-type': type, etag: '"1"', 'retry-after': '1' };
              const answer = { status: Number(status), headers, text: JSON.stringify(value) };
              conformance.check(method.toUpperCase(), target, answer);
              examples += 1;
            }
          }
        }
      }
      assert.ok(examples > 300, String(examples));
    });
  });

  describe('finds an answer wrong', () => {
    const cart = document.components.examples['cart']?.value;
    const headers = { 'content-type': 'application/json; charset=utf-8', etag: '"2"' };
    const rows: readonly [name: string, change: object, pattern: RegExp][] = [
      [
        'with a field that is not written down',
        { text: JSON.stringify({ ...(cart as object), extra: 1 }) },
        /additional prop/,
      ],
      ['without a field', { text: JSON.stringify({ ...(cart as object), totals: undefined }) }, /totals/],
      ['with a status that is not written down', { status: 201 }, /is not in the document/],
      ['without its ETag', { headers: { 'content-type': 'application/json' } }, /has no ETag/],
      ['of another type', { headers: { ...headers, 'content-type': 'text/html' } }, /is text\/html/],
      [
        'with a problem that this route does not have',
        {
          status: 404,
          headers: { 'content-type': 'application/problem+json' },
          text: JSON.stringify({
            type: 'https://x/',
            title: 'x',
            status: 404,
            detail: 'x',
            instance: 'urn:x',
            code: 'unknown-line',
          }),
        },
        /must be equal to one of the allowed values/,
      ],
    ];
    for (const [name, change, pattern] of rows) {
      it(name, () => {
        const conformance = new Conformance(document);
        const good = { status: 200, headers, text: JSON.stringify(cart) };
        conformance.check('GET', '/cart/', good);
        assert.throws(() => conformance.check('GET', '/cart/', { ...good, ...change }), pattern);
      });
    }
  });

  describe('is served', () => {
    let shop: Shop;

    afterEach(async () => {
      await shop[Symbol.asyncDispose]();
    });

    it('at /openapi.json, with the settings of this node', async () => {
      shop = await openShop({ COOKIE_NAME: 'basket' });
      const answer = await shop.call('GET', '/openapi.json');
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, openApiDocument({ ...httpDefaults, COOKIE_NAME: 'basket' }, '1.2.3'));
      assert.equal((await shop.call('HEAD', '/openapi.json')).status, 200);
      isProblem(await shop.call('POST', '/openapi.json', {}), 405, 'method-not-allowed');
      assert.equal((await shop.call('OPTIONS', '/docs')).headers['allow'], 'GET, HEAD');
      assert.deepEqual(
        shop.done.map(({ route, status }) => [route, status]),
        [
          ['/openapi.json', 200],
          ['/openapi.json', 200],
          ['other', 405],
          ['other', 204],
        ],
      );
    });

    it('on pages that load nothing from elsewhere and run nothing but their own scripts', async () => {
      shop = await openShop();
      for (const path of ['/docs', '/docs/live']) {
        const { status, headers, text } = await shop.call('GET', path);
        assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
        assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self';/);
        const links = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => String(link));
        assert.ok(links.length >= 2);
        for (const link of links.filter((one) => !one.startsWith('#')))
          assert.equal((await shop.call('GET', link)).status, 200, link);
        assert.doesNotMatch(text, /<script>|<style|style="| on\w+="/);
      }
    });

    it('only where that is wanted, and not to who asks too often', async () => {
      shop = await openShop({ DOCS: false });
      for (const path of ['/openapi.json', '/docs', '/docs/live'])
        isProblem(await shop.call('GET', path), 404, 'not-found');
      await shop[Symbol.asyncDispose]();
      shop = await openShop({ RATE_LIMIT_ADDRESS: 1 });
      assert.equal((await shop.call('GET', '/docs')).status, 200);
      isProblem(await shop.call('GET', '/docs'), 429, 'rate-limited');
    });
  });
});

function bodyOf({ requestBody }: Operation): unknown {
  const { content } = (requestBody ?? {}) as { content?: Record<string, { example: unknown }> };
  return content?.['application/json']?.example;
}
