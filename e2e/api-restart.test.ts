import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../operator/kube/clock.ts';
import { LeaderElector } from '../operator/kube/leader-elector.ts';
import { configMaps } from '../operator/kube/resources.ts';
import { until } from '../operator/kube/testing/fixtures.ts';
import { RealApiServer } from '../operator/kube/testing/real-api-server.ts';
import { renewDns } from './testing/dns.ts';
import { Follower } from './testing/follower.ts';
import { Machine } from './testing/machine.ts';
import type { ApiClient } from '../operator/kube/api-client.ts';
import type { Resource } from '../operator/kube/object.ts';

const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
const MINUTE_MS = 60_000;
/** How often a condition is looked at. */
const LOOK_MS = 100;

/** Everything on the cluster loses it, so no other test may be on it. */
describe('the machinery, when the API server goes', function () {
  this.timeout(5 * MINUTE_MS);
  const server = new RealApiServer(`e2e-restart-${randomBytes(3).toString('hex')}`);
  const { namespace } = server;
  let direct: ApiClient;

  before(async () => {
    direct = server.client('direct');
    await server.start();
  });
  after(async () => {
    await server.stop();
    await renewDns();
  });

  /** On kind: the container of the control plane has the node's name, and its kubelet starts the API server anew. */
  it('comes back by itself when the API server is killed', async () => {
    const { items } = await direct.list(nodes, { labelSelector: 'node-role.kubernetes.io/control-plane' });
    const machine = new Machine(items[0]?.metadata.name ?? assert.fail('no control plane'));
    const follower = new Follower(await server.apart({ timeoutMs: 5000 }), namespace, 3 * MINUTE_MS);
    const elector = new LeaderElector({
      client: follower.apart.client,
      namespace,
      name: 'restart',
      identity: 'a',
      clock: systemClock,
      random: Math.random,
    });
    const stop = new AbortController();
    const terms: string[] = [];
    const leading = elector.run(async (signal) => {
      terms.push('began');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      terms.push('ended');
    }, stop.signal);
    await follower.untilSame(direct);
    for (let round = 0; round < 2; round += 1) {
      await until('it leads', () => elector.leading, MINUTE_MS);
      await machine.run(['pkill', '-KILL', '-x', 'kube-apiserver']);
      await until('the watch broke', () => follower.causes.length > 0);
      await until(
        'the API server is back',
        async () => {
          try {
            await direct.apply(configMaps, {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { namespace, name: 'restarted' },
              ...{ data: { round: String(round) } },
            });
            return true;
          } catch {
            return false;
          }
        },
        2 * MINUTE_MS,
        LOOK_MS,
      );
      await follower.untilSame(direct);
      follower.causes.length = 0;
    }
    await until('it leads', () => elector.leading, MINUTE_MS);
    stop.abort();
    await leading;
    assert.equal(
      terms.filter((term) => term === 'began').length,
      terms.filter((term) => term === 'ended').length,
    );
    assert.ok(follower.apart.proxy.connections <= 4, `${follower.apart.proxy.connections} connections`);
    await follower.stop();
  });
});
