import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '../config.ts';
import { startStandIn } from '../checkout/stand-in/start.ts';
import { CartNode } from '../proof/cart-node.ts';
import { freePort } from '../proof/child.ts';
import { itNeeds } from '../testing/needs.ts';
import { Collector, collectorCommand } from './testing/collector.ts';
import { openTracing } from './tracing.ts';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandInTrace } from '../checkout/stand-in/server.ts';
import type { StandInProcess } from '../checkout/stand-in/start.ts';
import type { CollectedSpan } from './testing/collector.ts';
import type { Tracing } from './tracing.ts';

/** A server of the loopback interface that remembers what it was sent. */
class Receiver implements AsyncDisposable {
  readonly requests: {
    readonly url: string;
    readonly headers: Record<string, unknown>;
    readonly bytes: number;
  }[] = [];
  answer: (response: ServerResponse) => void;
  readonly #server: Server;

  constructor(answer: (response: ServerResponse) => void) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        this.requests.push({ url: request.url ?? '', headers: request.headers, bytes });
        this.answer(response);
      });
    }).listen(0, '127.0.0.1');
  }

  async address(): Promise<string> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

describe('tracing', function () {
  this.timeout(40_000);

  let counts: Record<'ended' | 'sent' | 'failed', number>;
  let troubles: (string | null)[];

  beforeEach(() => {
    counts = { ended: 0, sent: 0, failed: 0 };
    troubles = [];
  });

  function open(endpoint: string, more: Record<string, string> = {}): Promise<Tracing | null> {
    return openTracing(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...more }), {
      version: '1.2.3',
      node: 'test',
      counted: (what, spans) => (counts[what] += spans),
      trouble: (error) => troubles.push(error === null ? null : error.name),
    });
  }

  async function opened(endpoint: string, more?: Record<string, string>): Promise<Tracing> {
    const tracing = await open(endpoint, more);
    assert.ok(tracing);
    return tracing;
  }

  it('is off without an endpoint, and refuses one that is no address', async () => {
    assert.equal(await open(''), null);
    for (const wrong of ['collector:4318', 'grpc://collector:4317', 'nonsense'])
      assert.throws(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: wrong }), /OTEL_EXPORTER_OTLP_ENDPOINT/);
  });

  it('loads nothing of OpenTelemetry while it is off', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(hook)}`,
      '--eval',
      `await import('./node/node.ts')`,
    ];
    const { stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 });
    assert.match(stderr, /node\/observability\/tracing\.ts/, 'the control: what is loaded is seen');
    // prom-client loads the API, which does nothing by itself.
    assert.doesNotMatch(stderr, /@opentelemetry\/(?!api\/)|otlp-tracing/);
  });

  it('sends protobuf to the endpoint’s path for traces', async () => {
    await using receiver = new Receiver((response) => response.writeHead(200).end());
    const tracing = await opened(`${await receiver.address()}/prefix/`);
    tracing.serve('GET', {}).end();
    await tracing.close(5000);
    const [{ url, headers }] = receiver.requests as [Receiver['requests'][0]];
    assert.deepEqual([url, headers['content-type']], ['/prefix/v1/traces', 'application/x-protobuf']);
    assert.deepEqual([counts, troubles], [{ ended: 1, sent: 1, failed: 0 }, []]);
  });

  it('takes up the caller’s trace and hands it on, also where it is not recorded', async () => {
    await using receiver = new Receiver((response) => response.writeHead(200).end());
    const tracing = await opened(await receiver.address());
    const trace = '0af7651916cd43dd8448eb211c80319c';
    for (const [flag, sent] of [
      ['01', 1],
      ['00', 0],
    ] as const) {
      const span = tracing.serve('GET', {
        traceparent: `00-${trace}-b7ad6b7169203331-${flag}`,
        tracestate: 'a=b',
      });
      const call = span.child('GET', {}, 'client');
      const { traceparent, tracestate } = call.headers();
      assert.match(traceparent ?? '', new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-${flag}$`));
      assert.equal(tracestate, 'a=b');
      assert.equal(span.traceId, trace);
      call.end();
      span.end();
      assert.equal(counts.ended, 2 * Math.max(sent, 1));
    }
    const junk = tracing.serve('GET', { traceparent: 'junk, more junk' });
    assert.match(junk.traceId, /^[0-9a-f]{32}$/);
    assert.notEqual(junk.traceId, trace);
    junk.end();
    await tracing.close(5000);
  });

  it('traces the share that it is told to, and believes callers only where it shall', async () => {
    await using receiver = new Receiver((response) => response.writeHead(200).end());
    const sampled = { traceparent: '00-ffffffff000000000000000000000000-b7ad6b7169203331-01' };
    const ended = async (sampler: string, share: string, caller: object): Promise<number> => {
      counts.ended = 0;
      const tracing = await opened(await receiver.address(), {
        OTEL_TRACES_SAMPLER: sampler,
        OTEL_TRACES_SAMPLER_ARG: share,
      });
      for (let n = 0; n < 400; n += 1) tracing.serve('GET', caller).end();
      await tracing.close(5000);
      return counts.ended;
    };
    assert.equal(await ended('always_off', '1', {}), 0);
    assert.equal(await ended('always_on', '0', {}), 400);
    assert.equal(await ended('parentbased_traceidratio', '0', sampled), 400);
    assert.equal(await ended('traceidratio', '0.5', sampled), 0);
    const half = await ended('traceidratio', '0.5', {});
    assert.ok(half > 120 && half < 280, `${half} of 400`);
  });

  it('drops spans that a receiver which never answers leaves waiting, and ends in time', async () => {
    await using receiver = new Receiver(() => undefined);
    const tracing = await opened(await receiver.address());
    for (let n = 0; n < 30_000; n += 1) {
      tracing.serve('GET', {}).end();
      if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const startedMs = performance.now();
    await tracing.close(300);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
    assert.equal(counts.ended, 30_000);
    assert.ok(counts.sent + counts.failed < 30_000 - 10_000, 'no more were kept than the queue holds');
  });

  it('tells once that the receiver takes nothing, and once that it does again', async () => {
    await using receiver = new Receiver((response) => response.writeHead(400).end());
    const tracing = await opened(await receiver.address());
    const send = async (): Promise<void> => {
      const before = counts.sent + counts.failed;
      for (let n = 0; n < 512; n += 1) tracing.serve('GET', {}).end();
      while (counts.sent + counts.failed < before + 512)
        await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await send();
    await send();
    receiver.answer = (response) => response.writeHead(200).end();
    await send();
    await send();
    assert.deepEqual(troubles, ['OTLPExporterError', null]);
    assert.deepEqual(counts, { ended: 2048, sent: 1024, failed: 1024 });
    await tracing.close(1000);
  });

  describe('of a node', () => {
    let folder: string;

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cartwright-traces-'))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    itNeeds(
      'collector',
      'reach the OpenTelemetry Collector, from HTTP to the catalog’s service',
      async () => {
        await using collector = await Collector.start(collectorCommand() ?? '', folder);
        const product = { name: 'A', unitPrice: 100, taxRate: 2500, currency: 'SEK' };
        await using catalog = new Receiver((response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(product)),
        );
        await using node = await CartNode.start({
          journalPath: join(folder, 'journal'),
          env: {
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
            OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
            CATALOG: 'http',
            // Who waits for it is a process that has just begun, among others that keep the cores busy.
            CATALOG_TIMEOUT_MS: '10000',
            CATALOG_PRODUCT_URL: `${await catalog.address()}/{sku}`,
            CATALOG_DELIVERY_URL: `${await catalog.address()}/d/{provider}`,
          },
        });
        const trace = '0af7651916cd43dd8448eb211c80319c';
        const response = await fetch(`http://127.0.0.1:${node.httpPort}/cart/byid/secretcart`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', traceparent: `00-${trace}-b7ad6b7169203331-01` },
          body: JSON.stringify({ sku: 'A' }),
        });
        assert.equal(response.status, 200);
        // What was not sent yet is sent while the node stops.
        assert.equal(await node.process.stop(), 'exit code 0');
        await node.process.exited;
        await collector.stop();
        const spans = collector.spans.filter(({ traceId }) => traceId === trace);
        const find = (name: string): CollectedSpan => {
          const found = spans.find((span) => span.name === name);
          assert.ok(found, `${name} among ${spans.map((span) => span.name).join()}`);
          return found;
        };
        const request = find('POST /cart/byid/:cartId');
        const grain = find('grain AddRequest');
        const lookup = find('catalog lookup');
        const call = find('GET');
        assert.deepEqual(
          [request, grain, lookup, call, find('journal append'), find('journal claim')].map(
            (span) => span.parentSpanId,
          ),
          ['b7ad6b7169203331', request.spanId, grain.spanId, lookup.spanId, grain.spanId, request.spanId],
        );
        assert.deepEqual([request.kind, grain.kind, call.kind], [2, 1, 3]);
        assert.equal(request.attributes['http.response.status_code'], 200);
        assert.equal(catalog.requests[0]?.headers['traceparent'], `00-${trace}-${call.spanId}-01`);
        assert.equal(collector.resource['service.name'], 'cartwright');
        assert.equal(collector.resource['deployment.environment.name'], 'test');
        assert.doesNotMatch(collector.text, /secretcart/);
      },
    );

    describe('with a checkout provider', () => {
      const caller = 'b7ad6b7169203331';
      let standIn: StandInProcess;

      beforeEach(async () => (standIn = await startStandIn()));
      afterEach(() => standIn.stop());

      const control = (method: string, path: string, body?: object): Promise<Response> =>
        fetch(`${standIn.baseUrl}/stand-in/${path}`, {
          method,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });

      /** A checkout by cookie as a trace, with what the Collector got of it and what the provider was told. */
      async function traceOf(
        trace: string,
        fault?: object,
      ): Promise<{ status: number; spans: CollectedSpan[]; told: StandInTrace[]; text: string }> {
        await using collector = await Collector.start(collectorCommand() ?? '', folder);
        const product = { name: 'A', unitPrice: 100, taxRate: 2500, currency: 'SEK' };
        await using catalog = new Receiver((response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(product)),
        );
        const httpPort = await freePort();
        const shop = `http://127.0.0.1:${httpPort}`;
        await using node = await CartNode.start({
          journalPath: join(folder, 'journal'),
          httpPort,
          env: {
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
            CATALOG: 'http',
            CATALOG_TIMEOUT_MS: '10000',
            CATALOG_TTL_MS: '0',
            CATALOG_PRODUCT_URL: `${await catalog.address()}/{sku}`,
            CATALOG_DELIVERY_URL: `${await catalog.address()}/d/{provider}`,
            CHECKOUT: 'kustom',
            CHECKOUT_BASE_URL: standIn.baseUrl,
            CHECKOUT_USER: standIn.user,
            CHECKOUT_PASSWORD: standIn.password,
            CHECKOUT_SECRET: 'a-secret-of-no-use-but-in-this-test',
            CHECKOUT_PUBLIC_URL: shop,
            CHECKOUT_PAGE_URL: `${shop}/cart/checkout`,
            CHECKOUT_TERMS_URL: `${shop}/cart/`,
            CHECKOUT_CONFIRMATION_URL: `${shop}/cart/`,
          },
        });
        const made = await fetch(`${shop}/cart/`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ sku: 'A' }),
        });
        assert.equal(made.status, 200, await made.text());
        const cookie = (made.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
        if (fault !== undefined) await control('POST', 'faults', fault);
        const { status } = await fetch(`${shop}/cart/checkout`, {
          headers: { cookie, traceparent: `00-${trace}-${caller}-01`, tracestate: 'shop=web' },
        });
        const told = (await (await control('GET', 'traces')).json()) as StandInTrace[];
        assert.equal(await node.process.stop(), 'exit code 0');
        await node.process.exited;
        await collector.stop();
        const spans = collector.spans.filter(({ traceId }) => traceId === trace);
        assert.match(cookie, /^cartid=\w{22}$/);
        assert.ok(!collector.text.includes(cookie.slice('cartid='.length)));
        return { status, spans, told, text: collector.text };
      }

      function found(spans: readonly CollectedSpan[], name: string): CollectedSpan {
        const [span, ...more] = spans.filter((one) => one.name === name);
        assert.ok(span && more.length === 0, `${name} among ${spans.map((one) => one.name).join()}`);
        return span;
      }

      itNeeds('collector', 'go on there, in the same trace, from GET /cart/checkout', async () => {
        const trace = '1af7651916cd43dd8448eb211c80319c';
        const { status, spans, told, text } = await traceOf(trace);
        assert.equal(status, 200);
        const request = found(spans, 'GET /cart/checkout');
        const lookup = found(spans, 'catalog lookup');
        const create = found(spans, 'POST /checkout/v3/orders');
        const noted = found(spans, 'grain InitializeCheckout');
        assert.deepEqual(
          [request, lookup, found(spans, 'GET'), create, noted, found(spans, 'journal append')].map(
            ({ parentSpanId, kind, failed }) => [parentSpanId, kind, failed],
          ),
          [
            [caller, 2, false],
            [request.spanId, 1, false],
            [lookup.spanId, 3, false],
            [request.spanId, 3, false],
            [request.spanId, 1, false],
            [noted.spanId, 1, false],
          ],
        );
        const { port } = new URL(standIn.baseUrl);
        assert.deepEqual(create.attributes, {
          'http.request.method': 'POST',
          'server.address': '127.0.0.1',
          'server.port': Number(port),
          'url.template': '/checkout/v3/orders',
          'http.response.status_code': 201,
          'cartwright.checkout.outcome': 'ok',
        });
        assert.deepEqual(told, [
          { call: 'create', traceparent: `00-${trace}-${create.spanId}-01`, tracestate: 'shop=web' },
        ]);
        const [order] = (await (await control('GET', 'orders')).json()) as { id: string }[];
        assert.ok(order && !text.includes(order.id));
      });

      itNeeds('collector', 'say what a provider failed at', async () => {
        const trace = '2af7651916cd43dd8448eb211c80319c';
        const { status, spans, told } = await traceOf(trace, { fault: 'fail', call: 'create' });
        assert.equal(status, 502);
        const [request, create] = ['GET /cart/checkout', 'POST /checkout/v3/orders'].map((name) =>
          found(spans, name),
        ) as [CollectedSpan, CollectedSpan];
        assert.deepEqual([request.failed, create.failed], [true, true]);
        assert.deepEqual(
          [create.attributes['http.response.status_code'], create.attributes['error.type']],
          [500, 'failed'],
        );
        assert.equal(request.attributes['cartwright.problem'], 'checkout-provider-error');
        assert.equal(create.parentSpanId, request.spanId);
        assert.deepEqual(
          told.map(({ traceparent }) => traceparent),
          [`00-${trace}-${create.spanId}-01`],
        );
      });
    });

    it('never hold up its end: the receiver is gone', async () => {
      await using gone = new Receiver(() => undefined);
      await using node = await CartNode.start({
        journalPath: join(folder, 'journal'),
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: await gone.address(), SHUTDOWN_GRACE_MS: '5000' },
      });
      await fetch(`http://127.0.0.1:${node.httpPort}/cart/byid/c1`);
      const startedMs = performance.now();
      assert.equal(await node.process.stop(), 'exit code 0');
      assert.ok(performance.now() - startedMs < 4000);
      assert.ok(gone.requests.length > 0, 'it tried');
    });
  });
});
