import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../operator/kube/clock.ts';
import { NoAnswerError } from '../operator/kube/errors.ts';
import { EventRecorder } from '../operator/kube/event-recorder.ts';
import { LeaderElector } from '../operator/kube/leader-elector.ts';
import { configMaps, events } from '../operator/kube/resources.ts';
import { StatusWriter } from '../operator/kube/status-writer.ts';
import { apiServerContract } from '../operator/kube/testing/api-server.contract.ts';
import { until, widgets } from '../operator/kube/testing/fixtures.ts';
import { RealApiServer } from '../operator/kube/testing/real-api-server.ts';
import { Follower } from './testing/follower.ts';
import type { ApiClient } from '../operator/kube/api-client.ts';
import type { KubeObject } from '../operator/kube/object.ts';

const MINUTE_MS = 60_000;

describe('the machinery on a real API server', function () {
  this.timeout(5 * MINUTE_MS);
  const server = new RealApiServer(`e2e-kube-${randomBytes(3).toString('hex')}`);
  const { namespace } = server;
  let direct: ApiClient;

  before(async () => {
    direct = server.client('direct');
    await server.start();
  });
  after(() => server.stop());

  describe('finds that it keeps to', () => apiServerContract(() => server));

  async function write(name: string, data: object): Promise<void> {
    await direct.apply(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      ...{ data },
    });
  }

  async function remove(name: string): Promise<void> {
    const found = await direct.find(configMaps, { namespace, name });
    const { uid = '', resourceVersion = '' } = found?.metadata ?? {};
    if (found !== null) await direct.delete(configMaps, { namespace, name }, { uid, resourceVersion });
  }

  it('uses few connections for many requests', async () => {
    const { client, proxy } = await server.apart();
    for (let round = 0; round < 200; round += 1) await client.list(configMaps, { namespace, limit: 1 });
    assert.ok(proxy.connectionsOpened <= 2, `${proxy.connectionsOpened} connections`);
    await proxy.stop();
  });

  it('gives up a request that gets no answer, and the next one finds another way', async () => {
    const { client, proxy } = await server.apart({ timeoutMs: 1000 });
    await client.list(configMaps, { namespace });
    proxy.freeze();
    await assert.rejects(client.list(configMaps, { namespace }), NoAnswerError);
    proxy.thaw();
    await client.list(configMaps, { namespace });
    await until('the dead connections are closed', () => proxy.connections === 1);
    await proxy.stop();
  });

  it('keeps a store through a network that breaks, falls silent and lets nobody through', async () => {
    const follower = new Follower(await server.apart({ timeoutMs: 2000 }, 4), namespace, 3000);
    const { proxy } = follower.apart;
    await write('churn-0', { round: 'first' });
    await follower.untilSame(direct);
    const breaks: readonly (() => void | Promise<void>)[] = [
      () => proxy.cut(),
      () => proxy.freeze(),
      () => proxy.thaw(),
      () => proxy.stop(),
      () => proxy.start(),
    ];
    for (let round = 0; round < 40; round += 1) {
      await breaks[round % breaks.length]?.();
      for (const step of [0, 1, 2]) await write(`churn-${(round + step) % 7}`, { round: `${round}.${step}` });
      await remove(`churn-${(round + 3) % 7}`);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    proxy.thaw();
    await follower.untilSame(direct);
    assert.ok(follower.causes.includes('unreachable'));
    await until('no connection is left over', () => proxy.connections <= 2);
    await follower.stop();
  });

  it('hears from a quiet collection by bookmarks', async () => {
    const { client, proxy } = await server.apart();
    const { resourceVersion } = await client.list(widgets, { namespace });
    await write('moves-the-version-on', { at: String(Date.now()) });
    const stream = await client.watch(widgets, {
      namespace,
      resourceVersion,
      timeoutSeconds: 240,
      inactivityMs: 4 * MINUTE_MS,
      signal: AbortSignal.timeout(4 * MINUTE_MS),
    });
    for await (const event of stream) {
      assert.equal(event.type, 'BOOKMARK');
      break;
    }
    await proxy.stop();
  });

  it('has one leader at a time, and another one soon when it is cut off', async () => {
    const times = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 400 };
    const stop = new AbortController();
    const candidates = await Promise.all(
      ['a', 'b'].map(async (identity) => {
        const apart = await server.apart();
        const elector = new LeaderElector({
          client: apart.client,
          namespace,
          name: 'leader',
          identity,
          clock: systemClock,
          random: Math.random,
          ...times,
        });
        return { apart, elector, terms: 0 };
      }),
    );
    const overlaps: string[] = [];
    const running = candidates.map((candidate) =>
      candidate.elector.run(async (signal) => {
        candidate.terms += 1;
        const others = candidates.filter((other) => other !== candidate);
        if (others.some(({ elector }) => elector.leading)) overlaps.push('two at once');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      }, stop.signal),
    );
    for (let round = 0; round < 3; round += 1) {
      await until('somebody leads', () => candidates.some(({ elector }) => elector.leading), MINUTE_MS);
      const leader = candidates.find(({ elector }) => elector.leading) ?? assert.fail();
      const other = candidates.find((candidate) => candidate !== leader) ?? assert.fail();
      leader.apart.proxy.freeze();
      await until('the other one leads', () => other.elector.leading, 2 * times.leaseDurationMs);
      assert.equal(leader.elector.leading, false);
      leader.apart.proxy.thaw();
    }
    stop.abort();
    await Promise.all(running);
    assert.deepEqual(overlaps, []);
    assert.ok(candidates.every(({ terms }) => terms >= 1));
    for (const { apart } of candidates) await apart.proxy.stop();
  });

  it('writes events that count, and a status only when it changes', async () => {
    const object = await direct.create(widgets, {
      apiVersion: 'test.example/v1',
      kind: 'Widget',
      metadata: { namespace, name: 'told' },
    });
    const stop = new AbortController();
    const recorder = new EventRecorder({
      client: direct,
      clock: systemClock,
      random: Math.random,
      controller: 'test.example/e2e',
      instance: 'e2e-0',
    });
    const running = recorder.run(stop.signal);
    const text = { type: 'Normal', reason: 'Told', action: 'Tell', note: 'so it is' } as const;
    recorder.record(object, text);
    recorder.record(object, text);
    interface Told extends KubeObject {
      readonly reason: string;
      readonly series?: { readonly count: number };
    }
    await until('the event is counted', async () => {
      const { items } = await direct.list<Told>(events, { namespace });
      return items.some(({ reason, series }) => reason === 'Told' && series?.count === 2);
    });
    stop.abort();
    await running;
    const writer = new StatusWriter(direct, widgets);
    assert.equal(await writer.write(object, { ready: '1/1' }), true);
    assert.equal(await writer.write(await direct.get(widgets, object.metadata), { ready: '1/1' }), false);
  });
});
