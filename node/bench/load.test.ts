import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { requestText } from './http-connection.ts';
import { Load } from './load.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

describe('load generator', () => {
  let server: Server;
  let load: Load;
  let paths: string[];
  let stallMs: number;
  let status: number;

  beforeEach(async () => {
    paths = [];
    stallMs = 0;
    status = 200;
    server = createServer((request, response) => {
      paths.push(request.url ?? '');
      const reply = (): unknown => response.writeHead(status, { 'content-length': 2 }).end('ok');
      if (stallMs > 0) setTimeout(reply, stallMs);
      else reply();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    let n = 0;
    const { port } = server.address() as AddressInfo;
    load = await Load.open(port, 4, (lane) => () => requestText('GET', `/${lane}/${(n += 1)}`));
  });

  afterEach(async () => {
    load.close();
    server.close();
    await once(server, 'close');
  });

  it('keeps every connection busy for the given time', async () => {
    const measured = await load.closedLoop(100);
    assert.equal(measured.requests, paths.length);
    // More than the first one on each: how many more is the machine's affair.
    assert.ok(measured.seconds >= 0.1 && measured.requests > 4, JSON.stringify(measured));
    assert.deepEqual(new Set(paths.map((path) => path.split('/')[1])), new Set(['0', '1', '2', '3']));
  });

  it('sends a number of requests on each connection', async () => {
    const measured = await load.each(5);
    assert.equal(measured.requests, 20);
    assert.equal(paths.filter((path) => path.startsWith('/2/')).length, 5);
  });

  it('sends at the given rate', async () => {
    const measured = await load.openLoop(500, 400);
    assert.equal(measured.requests, 200);
    assert.ok(measured.seconds >= 0.39, String(measured.seconds));
  });

  it('counts the time that a request waited because every connection was busy', async () => {
    // Four connections and 20 ms a reply make at most 200 a second: at 400 a second, most of the latency is waiting.
    stallMs = 20;
    const measured = await load.openLoop(400, 300);
    assert.ok(measured.p99Ms > 150, String(measured.p99Ms));
  });

  it('fails at a bad reply and says what it was', async () => {
    status = 503;
    await assert.rejects(load.closedLoop(1000), /503 Service Unavailable: ok/);
  });
});
