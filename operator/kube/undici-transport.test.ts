import assert from 'node:assert/strict';
import { ApiClient } from './api-client.ts';
import { systemClock } from './clock.ts';
import { NoAnswerError } from './errors.ts';
import { fakeServer, until, widget, widgets } from './testing/fixtures.ts';
import { FakeHttpServer } from './testing/fake-http-server.ts';
import { UndiciTransport } from './undici-transport.ts';
import type { Credentials, TlsOptions } from './credentials.ts';
import type { WatchEvent } from './watch-stream.ts';

describe('undici transport', () => {
  const server = fakeServer();
  const http = new FakeHttpServer(server);
  let tls: TlsOptions;
  let transport: UndiciTransport;
  let client: ApiClient;

  beforeEach(async () => {
    await http.start();
    tls = {};
    const credentials: Credentials = {
      server: new URL(`${http.url}/some/where/`),
      current: () => Promise.resolve({ headers: { 'x-who': 'me' }, tls }),
      forget: () => undefined,
    };
    transport = new UndiciTransport(credentials, { connections: 8 });
    client = new ApiClient({ transport, clock: systemClock, fieldManager: 'x', userAgent: 'x' });
  });

  afterEach(async () => {
    await transport.close();
    await http.stop();
  });

  it('keeps the path that the API server’s address has', async () => {
    const { host } = transport;
    assert.match(host, /^127\.0\.0\.1:\d+$/);
    const asked: string[] = [];
    const handle = server.handle.bind(server);
    server.handle = (raw) => {
      asked.push(`${raw.path} ${String(raw.headers['x-who'])}`);
      return handle({ ...raw, path: raw.path.replace('/some/where', '') });
    };
    await client.list(widgets, { limit: 1 });
    assert.deepEqual(asked, ['/some/where/apis/test.example/v1/widgets?limit=1 me']);
  });

  it('goes on with new certificates at once, and lets what is under way end', async () => {
    const seen: WatchEvent[] = [];
    const stop = new AbortController();
    const { resourceVersion } = await client.list(widgets);
    const options = { resourceVersion, timeoutSeconds: 100, inactivityMs: 90_000, signal: stop.signal };
    const watching = (async () => {
      for await (const event of await client.watch(widgets, options)) seen.push(event);
    })();
    await until('the watch', () => server.watches.length === 1);
    const opened = http.connectionsOpened;
    tls = { ca: 'another' };
    await client.list(widgets);
    assert.equal(http.connectionsOpened, opened + 1, 'a connection with the new certificates');
    server.create(widgets, widget('a'));
    await until('the old watch goes on', () => seen.length === 1);
    stop.abort(new Error('enough'));
    await assert.rejects(watching, NoAnswerError);
    await until('the old connections are closed', () => http.connections === 1);
  });

  it('ends everything when it is closed, also what is under way on old certificates', async () => {
    const { resourceVersion } = await client.list(widgets);
    const { signal } = new AbortController();
    const options = { resourceVersion, timeoutSeconds: 100, inactivityMs: 90_000, signal };
    const watching: Promise<void>[] = [];
    for (const ca of ['one', 'two']) {
      tls = { ca };
      const stream = await client.watch(widgets, options);
      watching.push(assert.rejects(stream[Symbol.asyncIterator]().next(), NoAnswerError));
    }
    await transport.close();
    await Promise.all(watching);
    await until('no connection is left', () => http.connections === 0);
    await assert.rejects(client.list(widgets), NoAnswerError);
  });
});
