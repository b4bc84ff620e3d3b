import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CART_CLUSTER } from './api/cart-cluster.ts';
import { manifest } from './api/testing/cart-clusters.ts';
import { version } from './config.ts';
import { systemClock } from './kube/clock.ts';
import { leases, statefulSets } from './kube/resources.ts';
import { builtinResources } from './kube/testing/builtin-resources.ts';
import { FakeApiServer } from './kube/testing/fake-api-server.ts';
import { FakeHttpServer } from './kube/testing/fake-http-server.ts';
import { until } from './kube/testing/fixtures.ts';
import type { ChildProcess } from 'node:child_process';
import type { Lease } from './kube/leader-elector.ts';

/** The process itself, as an operating system sees it. */
describe('operator process', function () {
  this.timeout(30_000);

  let folder: string;
  let server: FakeApiServer;
  let http: FakeHttpServer;
  let child: ChildProcess | null;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cartwright-operator-'));
    child = null;
    server = new FakeApiServer({
      clock: systemClock,
      resources: [...builtinResources, { ...CART_CLUSTER, hasStatus: true }],
    });
    http = new FakeHttpServer(server);
    await http.start();
  });

  afterEach(async () => {
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await http.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Run {
    readonly child: ChildProcess;
    readonly output: () => string;
    readonly exit: Promise<number | null>;
  }

  function run(environment: Record<string, string>, ...flags: string[]): Run {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'fake', cluster: { server: http.url, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'fake', user: { token: 'any' } }],
        contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
        'current-context': 'fake',
      }),
    );
    const started = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...flags], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        KUBECONFIG: kubeconfig,
        POD_NAME: 'operator-0',
        POD_NAMESPACE: 'system',
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: '0',
        ...environment,
      },
    });
    child = started;
    let output = '';
    started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    started.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(started, 'close').then(([code]) => code as number | null);
    return { child: started, output: () => output, exit };
  }

  function holder(): string {
    const lease = server.get<Lease>(leases, { namespace: 'system', name: 'cartwright-operator' });
    return lease?.spec?.holderIdentity ?? '';
  }

  it('leads, makes what a CartCluster owns, and on SIGTERM gives the lease up and ends in order', async () => {
    server.create(CART_CLUSTER, { ...manifest(), metadata: { name: 'shop', namespace: 'eu' } });
    const operator = run({});
    await until(
      'it made it',
      () => server.get(statefulSets, { namespace: 'eu', name: 'shop' }) !== undefined,
      20_000,
    );
    assert.match(holder(), /^operator-0_/);
    operator.child.kill('SIGTERM');
    assert.equal(await operator.exit, 0, operator.output());
    assert.equal(holder(), '');
    assert.match(operator.output(), /"msg":"stopped"/);
  });

  it('answers probes and scrapes', async () => {
    const operator = run({});
    await until('it started', () => /"adminPort":\d+/.test(operator.output()), 20_000);
    const [, port = ''] = /"adminPort":(\d+)/.exec(operator.output()) ?? [];
    const get = (path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    await until('it is ready', async () => (await get('/readyz')).status === 200);
    await until('it leads', () => holder() !== '');
    assert.equal((await get('/livez')).status, 200);
    const metrics = await (await get('/metrics')).text();
    for (const name of [
      'controller_runtime_reconcile_total{controller="cartcluster",result="success"}',
      'workqueue_depth{name="cartcluster"}',
      'leader_election_master_status{name="cartwright-operator"} 1',
      'rest_client_requests_total{code="200",method="GET",host=',
      'cartcluster_watch_last_event_age_seconds{kind="StatefulSet"}',
      'cartwright_operator_build_info{',
    ])
      assert.ok(metrics.includes(name), name);
  });

  it('lists its settings, tells its version, and refuses what it does not know', async () => {
    const help = run({}, '--help');
    assert.equal(await help.exit, 0);
    assert.match(help.output(), /LEASE_DURATION_MS/);
    const tells = run({}, '--version');
    assert.equal(await tells.exit, 0);
    assert.equal(tells.output(), `${version}\n`);
    const unknown = run({}, '--what');
    assert.equal(await unknown.exit, 2);
    const wrong = run({ ADMIN_PORT: 'x' });
    assert.equal(await wrong.exit, 2);
    assert.match(
      wrong.output(),
      /^ADMIN_PORT: "x" is not allowed; allowed: whole numbers from 0 to 65535\n$/,
    );
  });

  it('says what is in the way when it can’t start', async () => {
    const taken = run({ ADMIN_PORT: new URL(http.url).port });
    assert.equal(await taken.exit, 1);
    assert.match(taken.output(), /^cannot start: .* is in use: choose another ADMIN_PORT\n$/);
  });
});
