import assert from 'node:assert/strict';
import { Gauge, Registry } from 'prom-client';
import { HealthServer } from './health-server.ts';

describe('health server', () => {
  let server: HealthServer;
  let base: string;
  let live: readonly string[];
  let ready: () => readonly string[];
  const registry = new Registry();
  new Gauge({ name: 'test_gauge', help: 'A gauge', registers: [registry] }).set(7);

  beforeEach(async () => {
    live = [];
    ready = () => [];
    server = new HealthServer(registry, { live: () => live, ready: () => ready() });
    base = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  });

  afterEach(() => server.close());

  const ask = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(base + path, { method });
    return [response.status, await response.text()];
  };

  it('says whether the process should be ended, and whether it can work, with the reasons', async () => {
    assert.deepEqual(await ask('/livez'), [200, '{"live":true,"reasons":[]}\n']);
    assert.deepEqual(await ask('/readyz?verbose'), [200, '{"ready":true,"reasons":[]}\n']);
    live = ['the watch of pods is silent for 900 s'];
    ready = () => ['pods are not listed yet'];
    assert.deepEqual(await ask('/livez'), [
      503,
      '{"live":false,"reasons":["the watch of pods is silent for 900 s"]}\n',
    ]);
    assert.deepEqual(await ask('/readyz'), [503, '{"ready":false,"reasons":["pods are not listed yet"]}\n']);
  });

  it('shows the metrics', async () => {
    const [status, text] = await ask('/metrics');
    assert.equal(status, 200);
    assert.match(text, /^test_gauge 7$/m);
  });

  it('answers nothing else', async () => {
    assert.equal((await ask('/debug'))[0], 404);
    assert.equal((await ask('/livez', 'POST'))[0], 405);
    assert.equal((await ask('/livez', 'HEAD'))[0], 200);
  });

  it('fails a check that throws, and goes on', async () => {
    ready = () => {
      throw new Error('a bug');
    };
    assert.deepEqual(await ask('/readyz'), [500, 'Error: a bug\n']);
    assert.equal((await ask('/livez'))[0], 200);
  });

  it('says when its address can not be had', async () => {
    const other = new HealthServer(registry, { live: () => [], ready: () => [] });
    await assert.rejects(other.listen(Number(new URL(base).port), '127.0.0.1'), /EADDRINUSE/);
  });
});
