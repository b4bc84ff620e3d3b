import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestClient } from './grpc/testing/client.ts';
import { until } from './grpc/testing/until.ts';
import { hashedCart } from './observability/logger.ts';
import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The process itself, as an operating system sees it. */
describe('node process', function () {
  this.timeout(20_000);

  let folder: string;
  let children: ChildProcess[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartwright-node-'));
    children = [];
  });

  afterEach(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  interface Run {
    readonly child: ChildProcess;
    readonly output: () => string;
    readonly exit: Promise<number | null>;
  }

  function run(environment: Record<string, string>, ...flags: string[]): Run {
    return runFile('main.ts', environment, flags);
  }

  function runFile(file: string, environment: Record<string, string>, flags: readonly string[] = []): Run {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...flags], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        HOST: '127.0.0.1',
        ADMIN_HOST: '127.0.0.1',
        HTTP_PORT: '0',
        ADMIN_PORT: '0',
        GRPC_PORT: '0',
        JOURNAL_PATH: join(folder, 'data'),
        LEASE_MS: '600',
        // A machine that is busy with other tests is no overload.
        OVERLOAD_LAG_MS: '0',
        ...environment,
      },
    });
    children.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return {
      child,
      output: () => output,
      exit: once(child, 'close').then(([code]) => code as number | null),
    };
  }

  /** Resolves once the process has written that; fails when it ends without. */
  async function written(node: Run, pattern: RegExp): Promise<RegExpExecArray> {
    const ended = node.exit.then(() => assert.fail(`the process ended: ${node.output()}`));
    for (;;) {
      const found = pattern.exec(node.output());
      if (found !== null) return found;
      await Promise.race([once(node.child.stdout ?? node.child, 'data'), ended]);
    }
  }

  async function started(
    environment: Record<string, string> = {},
  ): Promise<Run & { cart: string; admin: string }> {
    const node = run(environment);
    const [, http, admin] = await written(node, /"httpPort":(\d+),"adminPort":(\d+)/);
    return { ...node, cart: `http://127.0.0.1:${http}/cart`, admin: `http://127.0.0.1:${admin}` };
  }

  async function quantity(cart: string): Promise<number | undefined> {
    const response = await fetch(`${cart}/byid/c1`);
    return ((await response.json()) as { items: { quantity: number }[] }).items[0]?.quantity;
  }

  it('serves, stops in order on SIGTERM, and finds its carts again', async () => {
    const first = await started();
    assert.equal((await fetch(`${first.cart}/byid/c1/add/TEST-SKU-123`)).status, 200);
    assert.deepEqual(await (await fetch(`${first.admin}/readyz`)).json(), {
      ready: true,
      reasons: [],
      warnings: [],
    });
    assert.equal(await (await fetch(`${first.admin}/livez`)).text(), 'ok\n');
    assert.match(
      await (await fetch(`${first.admin}/metrics`)).text(),
      /^cartwright_mutations_total\{.*\} 1$/m,
    );
    first.child.kill('SIGTERM');
    assert.equal(await first.exit, 0);
    const second = await started();
    assert.equal(await quantity(second.cart), 1);
    second.child.kill('SIGINT');
    assert.equal(await second.exit, 0);
  });

  it('takes over its own carts after it was killed, without an error for the shopper', async () => {
    const first = await started();
    assert.equal((await fetch(`${first.cart}/byid/c1/add/TEST-SKU-123`)).status, 200);
    first.child.kill('SIGKILL');
    await first.exit;
    const second = await started();
    assert.equal((await fetch(`${second.cart}/byid/c1/add/TEST-SKU-123`)).status, 200);
    assert.equal(await quantity(second.cart), 2);
  });

  it('answers what is under way before it stops', async () => {
    const node = await started();
    const add = request(`${node.cart}/byid/c1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', expect: '100-continue' },
    });
    const answered = once(add, 'response');
    // The node has seen the request and waits for its body.
    await once(add, 'continue');
    node.child.kill('SIGTERM');
    await written(node, /"stopping"/);
    await assert.rejects(fetch(`${node.cart}/byid/c1`), 'no new connections are taken');
    add.end('{"sku":"TEST-SKU-123","quantity":3}');
    const [answer] = (await answered) as [IncomingMessage];
    assert.equal(answer.resume().statusCode, 200);
    assert.equal(await node.exit, 0);
    assert.equal(await quantity((await started()).cart), 3);
  });

  it('serves gRPC, in order, and answers what is under way there before it stops', async () => {
    const node = await started();
    const [, port] = await written(node, /"grpcPort":(\d+)/);
    using client = new TestClient(Number(port));
    const request = { cartId: 'c1', payload: { sku: 'TEST-SKU-123', quantity: 2 } };
    assert.equal((await client.call('messages.CartActor/AddRequest', request)).status, 'OK');
    assert.equal(await quantity(node.cart), 2, 'the same carts as over HTTP');
    const metrics = await (await fetch(`${node.admin}/metrics`)).text();
    assert.match(
      metrics,
      /^grpc_server_handled_total\{grpc_service="messages.CartActor",grpc_method="AddRequest",grpc_code="OK"\} 1$/m,
    );
    // A process that holds the journal's lock holds the call.
    const holder = runFile('journal/testing/lock-holder.ts', {}, [join(folder, 'data')]);
    await written(holder, /locked/);
    const underWay = client.call('messages.CartActor/AddRequest', request);
    await until('it is under way', async () => {
      return /^cartwright_grpc_calls 1$/m.test(await (await fetch(`${node.admin}/metrics`)).text());
    });
    node.child.kill('SIGTERM');
    await written(node, /"stopping"/);
    holder.child.kill('SIGKILL');
    assert.equal((await underWay).status, 'OK');
    assert.equal(await node.exit, 0);
    assert.equal(await quantity((await started()).cart), 4);
  });

  it('does not repeat on standard error what gRPC clients send in their metadata', async () => {
    const node = await started();
    const [, port] = await written(node, /"grpcPort":(\d+)/);
    const session = connect(`http://127.0.0.1:${port}`);
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'x-user': 'Jürgen',
    });
    // A message without content.
    call.end(Buffer.alloc(5));
    call.resume();
    const [{ 'grpc-status': status }] = (await once(call, 'trailers')) as [Record<string, string>];
    session.destroy();
    assert.equal(status, '0');
    node.child.kill('SIGTERM');
    await node.exit;
    for (const line of node.output().trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
  });

  it('without gRPC has neither its port nor its metrics', async () => {
    const node = await started({ GRPC: 'false' });
    assert.match(node.output(), /"grpcPort":null/);
    assert.doesNotMatch(await (await fetch(`${node.admin}/metrics`)).text(), /grpc/);
  });

  it('never shows the cluster token', async () => {
    const token = 'a-cluster-token-of-32-characters';
    const node = await started({ CLUSTER_TOKEN: token, LOG_LEVEL: 'debug' });
    const [, port] = await written(node, /"grpcPort":(\d+)/);
    using client = new TestClient(Number(port));
    const metadata = { authorization: `Bearer ${token}` };
    const request = { cartId: 'c1', payload: { orderId: 'o1', status: 'complete' } };
    const paid = await client.call('messages.CartActor/OrderCreated', request, { metadata });
    assert.equal(paid.details.facts['code'], 'no-checkout');
    node.child.kill('SIGTERM');
    await node.exit;
    assert.match(node.output(), /"method":"OrderCreated"/);
    assert.ok(!node.output().includes(token), node.output());
    const help = run({ CLUSTER_TOKEN: token }, '--help');
    await help.exit;
    assert.ok(!help.output().includes(token));
  });

  it('ends streams of events when it stops, without waiting for their readers', async () => {
    const node = await started({ SHUTDOWN_GRACE_MS: '60000' });
    assert.equal((await fetch(`${node.cart}/byid/c1/add/TEST-SKU-123`)).status, 200);
    const stream = await fetch(`${node.cart}/byid/c1/events`);
    node.child.kill('SIGTERM');
    const text = await stream.text();
    assert.match(
      text,
      /^retry: \d+\n\nid: 1\nevent: state\ndata: \{.*\}\n\nevent: end\ndata: \{.*"code":"closing".*\}\n\n$/,
    );
    assert.equal(await node.exit, 0);
    const next = await started();
    const resumed = await fetch(`${next.cart}/byid/c1/events`, { headers: { 'Last-Event-ID': '0' } });
    next.child.kill('SIGTERM');
    assert.match(await resumed.text(), /\n\nid: 1\nevent: change\ndata: /);
  });

  it('names a damaged cart in the log by its hash, never by its id', async () => {
    const cart = 'c-which-nobody-shall-read-in-a-log';
    const first = await started();
    assert.equal((await fetch(`${first.cart}/byid/${cart}/add/TEST-SKU-123`)).status, 200);
    first.child.kill('SIGTERM');
    await first.exit;
    const file = join(folder, 'data', 'data.mdb');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf('TEST-SKU-123'); at !== -1; at = bytes.indexOf('TEST-SKU-123', at + 1))
      bytes[at] = 88;
    writeFileSync(file, bytes);
    const second = await started({ LOG_LEVEL: 'debug' });
    const read = await fetch(`${second.cart}/byid/${cart}`);
    assert.deepEqual([read.status, ((await read.json()) as { code: string }).code], [503, 'cart-damaged']);
    assert.equal((await fetch(`${second.cart}/byid/${cart}/add/TEST-SKU-123`)).status, 503);
    assert.equal((await fetch(`${second.cart}/byid/other/add/TEST-SKU-123`)).status, 200);
    second.child.kill('SIGTERM');
    await second.exit;
    assert.match(
      second.output(),
      new RegExp(`"level":"error".*"cart":"${hashedCart(cart)}".*"a cart is damaged"`),
    );
    assert.ok(!second.output().includes(cart), second.output());
  });

  it('ends at once on a second signal', async () => {
    const node = await started({ SHUTDOWN_GRACE_MS: '60000' });
    // A request that never ends holds the first signal's orderly stop.
    const slow = new Promise((resolve) => {
      const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
      const headers = { 'content-type': 'application/json' };
      fetch(`${node.cart}/byid/c1`, { method: 'POST', body, headers, duplex: 'half' }).catch(resolve);
    });
    await fetch(`${node.cart}/byid/c1`);
    node.child.kill('SIGTERM');
    await written(node, /"stopping"/);
    node.child.kill('SIGTERM');
    await node.exit;
    assert.equal(node.child.signalCode, 'SIGKILL');
    await slow;
  });

  it('is killed when its time is up or on a second signal, also while another process holds the journal', async () => {
    for (const graceMs of ['500', '60000']) {
      const node = await started({ SHUTDOWN_GRACE_MS: graceMs });
      const holder = runFile('journal/testing/lock-holder.ts', {}, [join(folder, 'data')]);
      await written(holder, /locked/);
      node.child.kill('SIGTERM');
      await written(node, /"stopping"/);
      if (graceMs === '60000') node.child.kill('SIGTERM');
      await node.exit;
      assert.equal(node.child.signalCode, 'SIGKILL');
      assert.match(node.output(), /still run after 500 ms|told twice to stop/);
      holder.child.kill('SIGKILL');
      await holder.exit;
    }
  });

  it('does not start with a wrong setting, and names it', async () => {
    const node = run({ LEASE_MS: 'soon' });
    assert.equal(await node.exit, 2);
    assert.equal(
      node.output(),
      'LEASE_MS: "soon" is not allowed; allowed: whole numbers from 300 to 300000 ms\n',
    );
  });

  it('does not start where its port is taken, and says so without a stack', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const node = run({ HTTP_PORT: String(port) });
    assert.equal(await node.exit, 1);
    server.close();
    assert.match(node.output(), new RegExp(`cannot start: 127.0.0.1:${port} is in use`));
    assert.doesNotMatch(node.output(), /at .*\.ts:/);
  });

  it('does not start with a catalog that it can’t read', async () => {
    const node = run({ CATALOG_FILE: join(folder, 'none.json') });
    assert.equal(await node.exit, 1);
    assert.match(node.output(), /cannot start: the catalog .*none\.json can’t be read/);
  });

  it('of make run prints where it listens, where carts are kept, and four calls that work', async () => {
    const node = runFile('run.ts', { COOKIE_SECURE: 'false' });
    await written(node, /"ready"/);
    assert.match(node.output(), /Cart API +http:\/\/localhost:\d+\/cart\/\n/);
    assert.ok(node.output().includes(`carts are kept in ${join(folder, 'data')}\n`));
    const [admin] = /http:\S+\/metrics/.exec(node.output()) ?? [];
    assert.equal((await fetch(admin ?? '')).status, 200);
    const calls = node.output().match(/^ {2}curl .*$/gm) ?? [];
    assert.equal(calls.length, 4);
    const answers: string[] = [];
    for (const call of calls) {
      const { stdout } = await promisify(execFile)('sh', ['-c', call], { cwd: folder });
      assert.match(stdout, /^HTTP\/1\.1 200 /, call);
      answers.push(stdout);
    }
    assert.equal(answers[2]?.match(/"sku"/g)?.length, 2);
    assert.match(answers[3] ?? '', /<div id="klarna-checkout-container"/);
  });

  it('of make run says of a wrong port that, and nothing else', async () => {
    for (const port of ['eighty', '65536', '-1', '80.5']) {
      const node = runFile('run.ts', { HTTP_PORT: port });
      assert.equal(await node.exit, 2);
      assert.equal(
        node.output(),
        `HTTP_PORT: "${port}" is not allowed; allowed: whole numbers from 0 to 65535\n`,
      );
    }
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`of make run takes its stand-in for the checkout provider along when it ends by ${signal}`, async () => {
      const node = runFile('run.ts', {});
      await written(node, /"ready"/);
      const [standIn = ''] = /http:\S+$/m.exec(/Checkout .*$/m.exec(node.output())?.[0] ?? '') ?? [];
      assert.equal((await fetch(`${standIn}/checkout/v3/orders/x`)).status, 401);
      node.child.kill(signal);
      await node.exit;
      const gone = async (): Promise<boolean> =>
        fetch(standIn).then(
          () => false,
          () => true,
        );
      while (!(await gone()));
    });
  }

  it('prints help and version, and refuses unknown flags', async () => {
    const help = run({}, '--help');
    assert.equal(await help.exit, 0);
    assert.match(help.output(), /HTTP_PORT/);
    const version = run({}, '--version');
    assert.equal(await version.exit, 0);
    assert.match(version.output(), /^\d+\.\d+\.\d+\n$/);
    const unknown = run({}, '--prot=1');
    assert.equal(await unknown.exit, 2);
    assert.match(unknown.output(), /--prot/);
  });
});
