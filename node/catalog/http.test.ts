import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { SpanRecorder } from '../observability/testing/span-recorder.ts';
import { HttpCatalog } from './http.ts';
import { CatalogUnavailableError } from './port.ts';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Product } from '../domain/cart.ts';
import type { Answer } from './port.ts';

/** Tries until it holds: the breaker keeps time by itself. */
async function untilDone(check: () => Promise<void>): Promise<void> {
  const deadlineMs = performance.now() + 5000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await setTimeout(10);
    }
  }
}

const product = { name: 'Article A', unitPrice: 19_900, taxRate: 2500, currency: 'SEK', type: 'physical' };

describe('http catalog', () => {
  let server: Server;
  let catalog: HttpCatalog;
  let base: string;
  let nowMs: number;
  let asked: string[];
  let lookups: string[];
  let answer: (response: ServerResponse) => void;
  let headers: Record<string, unknown>;

  const json =
    (body: unknown, status = 200) =>
    (response: ServerResponse): void => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    };

  // The first fetch of a process loads what fetch is made of, which may take longer than a test's timeout.
  before(() => fetch('data:,'));

  /** Only a test of the timeout itself has a short one: a busy machine answers late. */
  function opened(base: string, timeoutMs = 10_000): HttpCatalog {
    return new HttpCatalog({
      productUrl: `${base}/p/{sku}?c={country}&v={variant}&s={storeId}`,
      deliveryUrl: `${base}/d/{provider}/{country}`,
      token: 'secret',
      timeoutMs,
      ttlMs: 60_000,
      staleMs: 600_000,
      unknownTtlMs: 5000,
      breakerFailures: 3,
      breakerOpenMs: 150,
      entriesMax: 3,
      askingMax: 4,
      monotonicMs: () => nowMs,
      lookup: (result) => lookups.push(result),
    });
  }

  beforeEach(async () => {
    nowMs = 1000;
    asked = [];
    lookups = [];
    answer = json(product);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      headers = request.headers;
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    catalog = opened(base);
  });

  afterEach(async () => {
    await catalog.close();
    server.close();
    server.closeAllConnections();
  });

  const find = (sku = 'A'): Answer<Product> | Promise<Answer<Product>> =>
    catalog.product({ sku, country: 'se' });
  const price = async (sku = 'A'): Promise<number | string> => {
    const found = await find(sku);
    return found.status === 'found' ? found.value.unitPrice : found.status;
  };

  it('asks once, and answers at once from then on', async () => {
    const [one, two] = [find(), find()];
    assert.ok(one instanceof Promise && two instanceof Promise);
    assert.deepEqual(await one, {
      status: 'found',
      value: { ...product, unitDiscount: 0, sku: 'A', country: 'se' },
    });
    assert.equal((await two).status, 'found');
    assert.ok(!(find() instanceof Promise));
    assert.equal(asked.length, 1);
    assert.equal(headers['authorization'], 'Bearer secret');
  });

  it('has a span for each call, sends it along, and fails it where the service failed', async () => {
    const recorder = new SpanRecorder();
    const request = recorder.serve('request', {});
    const ask = (sku: string): unknown => catalog.product({ sku, country: 'se' }, request);
    await ask('A');
    const [, lookup, call] = recorder.spans;
    assert.deepEqual(recorder.tree, ['- request', '  - catalog lookup', '    - GET']);
    assert.equal(headers['traceparent'], `00-${'1'.repeat(32)}-${call?.id}-01`);
    assert.deepEqual(
      [call?.kind, call?.attributes, call?.error, lookup?.error],
      [
        'client',
        {
          'http.request.method': 'GET',
          'server.address': '127.0.0.1',
          'server.port': Number(new URL(base).port),
          'http.response.status_code': 200,
        },
        undefined,
        undefined,
      ],
    );
    const told: unknown[] = [];
    for (const [sku, status] of [
      ['B', 404],
      ['C', 400],
      ['D', 500],
    ] as const) {
      answer = json({}, status);
      await Promise.resolve(ask(sku)).catch(() => undefined);
      const { error, ends } = recorder.spans.at(-1)!;
      told.push([status, ends, (error as { code?: string } | undefined)?.code]);
    }
    assert.deepEqual(told, [
      [404, 1, undefined],
      [400, 1, undefined],
      [500, 1, '500'],
    ]);
    await ask('A');
    assert.equal(recorder.tree.filter((line) => line === '  - catalog lookup').length, 4, 'none at hand');
  });

  const halves: Readonly<Record<string, (response: ServerResponse) => void>> = {
    stalls: (response) => void response.writeHead(200).write('{"name":'),
    breaks: (response) => void response.writeHead(200).write('{"name":', () => response.destroy()),
  };

  for (const [fault, make] of Object.entries(halves)) {
    it(`fails the span of a call whose answer ${fault} behind its headers, and does not ask again`, async () => {
      if (fault === 'stalls') catalog = opened(base, 500);
      const recorder = new SpanRecorder();
      answer = make;
      await assert.rejects(
        async () => catalog.product({ sku: 'A', country: 'se' }, recorder.serve('request', {})),
        CatalogUnavailableError,
      );
      const { name, attributes, ends, error } = recorder.spans.at(-1)!;
      assert.deepEqual([name, attributes['http.response.status_code'], ends], ['GET', 200, 1]);
      assert.ok(error instanceof Error);
      assert.equal(asked.length, 1);
    });
  }

  it('fills in what is asked for, encoded', async () => {
    await catalog.product({ sku: 'A/B?&', country: 'se', variant: 'S M' });
    assert.deepEqual(asked, ['/p/A%2FB%3F%26?c=se&v=S%20M&s=']);
    answer = json({ name: 'Hem', price: 4900, taxRate: 2500, currency: 'SEK' });
    const delivery = await catalog.delivery({ provider: 'standard', country: 'se' });
    assert.ok(delivery.status === 'found');
    assert.deepEqual(delivery.value, {
      provider: 'standard',
      country: 'se',
      name: 'Hem',
      price: 4900,
      taxRate: 2500,
      currency: 'SEK',
    });
  });

  it('asks anew when an answer is no longer fresh', async () => {
    await price();
    nowMs += 60_001;
    answer = json({ ...product, unitPrice: 5 });
    assert.equal(await price(), 5);
  });

  it('believes for a while that something is unknown', async () => {
    answer = json('', 404);
    assert.equal(await price(), 'unknown');
    answer = json(product);
    assert.equal(await price(), 'unknown');
    nowMs += 5001;
    assert.equal(await price(), 19_900);
  });

  const silence = (): void => undefined;
  const faults: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'an error': json('', 500),
    'no answer in time': silence,
    'a broken connection': (response) => response.destroy(),
    'no JSON': json('{'),
    'an answer without a price': json({ name: 'x' }),
    'a fractional price': json({ ...product, unitPrice: 1.5 }),
    'too much': json({ ...product, name: 'x'.repeat(70_000) }),
    'a redirect': (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  };

  for (const [fault, make] of Object.entries(faults)) {
    it(`is unavailable with ${fault}, serves what it knew, and recovers`, async () => {
      if (make === silence) catalog = opened(base, 500);
      await price();
      answer = make;
      await assert.rejects(async () => find('B'), CatalogUnavailableError);
      nowMs += 60_001;
      assert.equal(await price(), 19_900, 'stale');
      nowMs += 600_000;
      await assert.rejects(async () => find(), CatalogUnavailableError);
      assert.deepEqual(lookups, ['miss', 'failed', 'stale', 'failed']);
    });
  }

  it('asks once more only where nobody was reached', async () => {
    answer = (response) => response.destroy();
    await assert.rejects(async () => find(), CatalogUnavailableError);
    assert.equal(asked.length, 2);
    answer = json('', 500);
    await assert.rejects(async () => find('B'), CatalogUnavailableError);
    assert.equal(asked.length, 3);
  });

  it('leaves a failing service alone, says so, and tries again later', async () => {
    answer = json('', 500);
    for (const sku of ['A', 'B', 'C']) await assert.rejects(async () => find(sku), CatalogUnavailableError);
    assert.match(catalog.trouble() ?? '', /fails/);
    await assert.rejects(
      async () => find('D'),
      (error: CatalogUnavailableError) => error.retryAfterMs === 150,
    );
    assert.equal(asked.length, 3);
    answer = json(product);
    await untilDone(async () => assert.equal(await price('E'), 19_900));
    assert.equal(catalog.trouble(), null);
  });

  it('does not keep more answers than it may', async () => {
    for (const sku of ['A', 'B', 'C', 'D']) await price(sku);
    await price('A');
    assert.equal(asked.length, 5);
  });

  it('never leaves the place in the address that it is told to ask at', async () => {
    for (const sku of ['.', '..']) assert.equal(await price(sku), 'unknown');
    const away = await catalog.delivery({ provider: '..', country: 'se' });
    assert.equal(away.status, 'unknown');
    await price('...');
    await price('%2e%2e');
    assert.deepEqual(asked, ['/p/...?c=se&v=&s=', '/p/%252e%252e?c=se&v=&s=']);
  });

  it('does not let questions for what there is not push out what it knows', async () => {
    await price('A');
    answer = json('', 404);
    for (const sku of ['x', 'y', 'z', 'w']) assert.equal(await price(sku), 'unknown');
    answer = json('', 500);
    nowMs += 60_001;
    assert.equal(await price('A'), 19_900, 'stale');
  });

  const oneArticle: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'has no price': json({ name: 'x' }),
    'is refused by the service': json('', 400),
    'has too much to say': json({ ...product, name: 'x'.repeat(70_000) }),
  };

  for (const [fault, make] of Object.entries(oneArticle)) {
    it(`sells on while one article ${fault}, however often it is asked for`, async () => {
      answer = make;
      for (let tries = 0; tries < 4; tries += 1)
        await assert.rejects(async () => find('bad'), CatalogUnavailableError);
      answer = json(product);
      assert.equal(await price('A'), 19_900);
      assert.equal(catalog.trouble(), null);
    });
  }

  it('has only so many questions under way, and refuses at once what comes on top', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    answer = (response) => void held.then(() => json(product)(response));
    const first = [find('A'), find('B'), find('C'), find('D')];
    assert.throws(() => find('E'), CatalogUnavailableError);
    assert.ok(find('A') instanceof Promise, 'who asks the same waits with the others');
    release();
    assert.ok((await Promise.all(first.map(async (one) => one))).every(({ status }) => status === 'found'));
    assert.equal(await price('E'), 19_900);
  });

  it('gives up what is under way when it closes', async () => {
    answer = () => undefined;
    const waiting = assert.rejects(async () => find(), CatalogUnavailableError);
    await catalog.close();
    await waiting;
  });
});
