import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from './api-client.ts';
import { systemClock } from './clock.ts';
import { Controller } from './controller.ts';
import { KubeConfigCredentials } from './credentials.ts';
import { EventRecorder } from './event-recorder.ts';
import { LeaderElector } from './leader-elector.ts';
import { events, pods } from './resources.ts';
import { Reflector } from './reflector.ts';
import { StatusWriter } from './status-writer.ts';
import { Store } from './store.ts';
import { cut, doneBut, hang, refuse } from './testing/faults.ts';
import { fakeServer, seeded, until, widget, widgets } from './testing/fixtures.ts';
import { FakeHttpServer } from './testing/fake-http-server.ts';
import { ref } from './testing/follower.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';
import { UndiciTransport } from './undici-transport.ts';
import { WorkQueue } from './work-queue.ts';
import type { Widget } from './testing/fixtures.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const CONNECTIONS = 8;
const NAMES = ['a', 'b', 'c', 'd', 'e'];

/**
 * A small operator, with all of the real parts, over real sockets: it reports a widget's size in its status. Its API server and the
 * network to it fail in every way, over and over.
 */
describe('endurance', function () {
  this.timeout(120_000);

  const server = fakeServer({ bookmarkMs: 40 });
  const http = new FakeHttpServer(server);
  const random = seeded(7);
  const stop = new AbortController();
  let proxy: TcpProxy;
  let transport: UndiciTransport;
  let store: Store<Widget>;
  let running: Promise<unknown>;
  let queue: WorkQueue;
  let reconciled = 0;

  function start(): void {
    const config = new KubeConfig();
    const url = `http://127.0.0.1:${proxy.port}`;
    config.loadFromClusterAndUser({ name: 'fake', server: url, skipTLSVerify: true }, { name: 'tester' });
    const credentials = new KubeConfigCredentials(config, () => performance.now());
    transport = new UndiciTransport(credentials, { connections: CONNECTIONS });
    const clock = systemClock;
    const client = new ApiClient({
      transport,
      clock,
      fieldManager: 'tester',
      userAgent: 'tester/1',
      timeoutMs: 60,
    });
    const backoff = { minMs: 2, maxMs: 15 };
    store = new Store<Widget>();
    queue = new WorkQueue({ clock, backoff });
    const reflectors = [widgets, pods].map(
      (resource) =>
        new Reflector({
          client,
          resource,
          store: resource === widgets ? store : new Store(),
          clock,
          random,
          backoff,
          inactivityMs: 120,
          pageSize: 2,
        }),
    );
    store.subscribe(({ key }) => queue.add(key));
    const statuses = new StatusWriter(client, widgets);
    const recorder = new EventRecorder({
      client,
      clock,
      random,
      controller: 'test.example/x',
      instance: 'x',
    });
    const controller = new Controller({
      queue,
      clock,
      workers: 3,
      reconcile: async (key, signal) => {
        const object = store.get(key);
        if (object !== undefined && (await statuses.write(object, { size: object.spec?.size }, signal))) {
          recorder.record(object, { type: 'Normal', reason: 'Reported', action: 'Report', note: 'its size' });
        }
        reconciled += 1;
        return {};
      },
    });
    const elector = new LeaderElector({
      client,
      namespace: 'default',
      name: 'test',
      identity: 'x',
      clock,
      random,
      leaseDurationMs: 300,
      renewDeadlineMs: 200,
      retryPeriodMs: 20,
    });
    running = Promise.all([
      ...reflectors.map((reflector) => reflector.run(stop.signal)),
      recorder.run(stop.signal),
      elector.run((signal) => controller.run(signal), stop.signal),
    ]);
  }

  before(async () => {
    await http.start();
    proxy = new TcpProxy(new URL(http.url));
    await proxy.start();
    start();
  });

  after(async () => {
    stop.abort();
    await running;
    queue.clear();
    await transport.close();
    await proxy.stop();
    await http.stop();
  });

  const faults: readonly (() => void | Promise<void>)[] = [
    () => proxy.cut(),
    () => proxy.freeze(),
    () => proxy.thaw(),
    () => proxy.stop(),
    () => proxy.start(),
    () => http.stop(),
    () => http.start(),
    () => http.cutConnections(),
    () => server.compact(),
    () => server.watches.forEach((watch) => watch.end()),
    () => server.watches.forEach((watch) => watch.freeze()),
    () => server.watches.forEach((watch) => watch.error(410, 'Expired', 'too old')),
    () => server.watches.forEach((watch) => watch.sendRaw('}\n')),
    ...[refuse(500), refuse(429), cut, hang, doneBut(cut), doneBut(hang)].map((effect) => () => {
      server.inject({ times: 4 }, effect);
    }),
  ];

  const isReported = (): boolean =>
    NAMES.every((name) => {
      const live = server.get<Widget>(widgets, ref(name));
      return (
        live?.status?.['size'] === live?.spec?.size &&
        (store.get(`default/${name}`) === undefined) === (live === undefined)
      );
    });

  /** Every fault once, while widgets come and go, and then quiet. */
  async function cycle(): Promise<void> {
    for (const fault of faults) {
      await fault();
      const name = NAMES[Math.floor(random() * NAMES.length)] ?? 'a';
      const size = Math.floor(random() * 1000);
      if (server.get(widgets, ref(name)) === undefined) server.create(widgets, widget(name, { size }));
      else if (random() < 0.3) server.remove(widgets, ref(name));
      else server.edit(widgets, ref(name), (draft) => (draft['spec'] = { size }));
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    server.removeFaults();
    proxy.thaw();
    await until('every widget’s size is reported', isReported);
  }

  it('comes through every fault dozens of times, and connections and memory stay flat', async () => {
    const measure = async (cycles: number): Promise<{ heap: number; timers: number }> => {
      for (let round = 0; round < cycles; round += 1) await cycle();
      // What the API server itself keeps is not what is measured.
      server.forgetRequests();
      for (const { metadata } of server.list(events)) server.remove(events, metadata);
      server.compact();
      await until(
        'connections that died are closed',
        () => proxy.connections <= CONNECTIONS && transport.stats.running <= 2,
      );
      assert.ok(transport.stats.open <= CONNECTIONS);
      assert.ok(server.watches.length <= 2 * CONNECTIONS);
      collectGarbage();
      const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      return { heap: process.memoryUsage().heapUsed, timers };
    };
    await measure(15);
    const before = await measure(15);
    const opened = proxy.connectionsOpened;
    const after = await measure(30);
    assert.ok(proxy.connectionsOpened > opened + 100, 'connections did die');
    assert.ok(after.heap - before.heap < 3_000_000, `${after.heap - before.heap} bytes more after 30 cycles`);
    assert.ok(after.timers - before.timers < 20, `${after.timers} timers, ${before.timers} before`);
    assert.ok(reconciled > 500, `${reconciled} reconciliations`);
  });
});
