import assert from 'node:assert/strict';
import { requestsOf, writes } from './testing/audit.ts';
import { CartCluster } from './testing/cart-cluster.ts';
import { eventually, throughout } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';
import { apiServer, OperatorProcess } from './testing/operator-process.ts';
import { Relay } from './testing/relay.ts';
import type { AuditedRequest } from './testing/audit.ts';

const DEADLINE_MS = 60_000;
/** A lease lasts 15 s, and who waits for it looks every two to two and a half: the promised 20 s are nearly used up by that, and here the cores are busy. The lease's own tests count them. */
const FOLLOWED_MS = 30_000;
/** From the signal on, of a lease that is given back. One that is not lasts longer. */
const HANDED_OVER_MS = 10_000;
/** What followed from the test's own writes is over by then. */
const SETTLED_MS = 5000;
/** How long an operator is watched that has nothing to do; E2E_IDLE_MS=600000 for ten minutes, in which everything periodic happens. */
const IDLE_MS = Number(process.env['E2E_IDLE_MS'] ?? 60_000);

/** Of several operators one acts; which one that is, nobody has to care about. */
describe('several operators', () => {
  const namespace = useNamespace('leaders');
  let shop: CartCluster;

  beforeEach(() => {
    shop = new CartCluster(namespace());
  });

  /** What operators asked for in this test's namespace. */
  async function requests(since: Date): Promise<readonly AuditedRequest[]> {
    const user = await kubectl(['auth', 'whoami', '--output=jsonpath={.status.userInfo.username}']);
    return (await requestsOf(user, since)).filter(
      ({ userAgent = '', objectRef }) =>
        userAgent.startsWith('cartwright-operator/') && objectRef?.namespace === namespace().name,
    );
  }

  it('have a successor soon after the one that acts is killed', async () => {
    await using first = await OperatorProcess.start(namespace(), 'operator-1');
    await first.leads();
    await using second = await OperatorProcess.start(namespace(), 'operator-2');
    await shop.apply();
    await shop.ready();
    const before = await shop.pod();
    await first.kill();
    await second.leads(FOLLOWED_MS);
    await shop.apply({ pool: { size: 1000 } });
    await shop.replaced(before);
  });

  it('have one at once when the one that acts is told to stop', async () => {
    await using first = await OperatorProcess.start(namespace(), 'operator-1');
    await first.leads();
    await using second = await OperatorProcess.start(namespace(), 'operator-2');
    const followed = second.leads(HANDED_OVER_MS);
    const [end] = await Promise.all([first.stop(), followed]);
    assert.equal(end, 'exit code 0');
  });

  it('can’t delete what they no longer know: a deposed one’s request that was under way is refused', async () => {
    await using relay = await Relay.open(apiServer());
    await using first = await OperatorProcess.start(namespace(), 'operator-1', relay.url);
    await first.leads();
    await using second = await OperatorProcess.start(namespace(), 'operator-2');
    // The new revision is there, and only the pause keeps the first one from replacing the pod.
    await shop.apply({ paused: true });
    await shop.ready();
    await shop.apply({ paused: true, pool: { size: 1000 } });
    await shop.is('Ready', 'Paused');
    const before = await shop.pod();
    const since = new Date();
    relay.hold();
    await shop.apply({ pool: { size: 1000 } });
    await second.leads();
    await shop.replaced(before);
    const after = await shop.pod();
    relay.release();
    const deletions = await eventually('both deletions were answered', DEADLINE_MS, async () => {
      const found = (await requests(since)).filter(
        ({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'pods',
      );
      return found.length >= 2 ? found : null;
    });
    assert.deepEqual(
      deletions.map(({ responseStatus }) => responseStatus?.code),
      [200, 409],
    );
    assert.equal(await shop.pod(), after);
    assert.equal(first.leading, false);
  });

  it('write nothing while nothing happens, but the lease', async function () {
    this.timeout(IDLE_MS + 300_000);
    await using operator = await OperatorProcess.start(namespace());
    await namespace().apply([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tuning' }, data: { level: 'info' } },
    ]);
    const valueFrom = { configMapKeyRef: { name: 'tuning', key: 'level' } };
    await shop.apply({ env: [{ name: 'LOG_LEVEL', valueFrom }] });
    await shop.ready();
    await shop.told('Created');
    const since = new Date(Date.now() + SETTLED_MS);
    await throughout(SETTLED_MS + IDLE_MS, () => assert.ok(operator.leading));
    const seen = await requests(since);
    assert.ok(seen.some(({ verb, objectRef }) => verb === 'get' && objectRef?.resource === 'configmaps'));
    assert.deepEqual(new Set(writes(seen).map(({ objectRef }) => objectRef?.resource)), new Set(['leases']));
  });
});
