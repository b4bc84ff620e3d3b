import assert from 'node:assert/strict';
import { pods } from '../operator/kube/resources.ts';
import { requestsOf, writes } from './testing/audit.ts';
import { Client } from './testing/client.ts';
import { eventually } from './testing/eventually.ts';
import { images } from './testing/images.ts';
import { kubectl } from './testing/kubectl.ts';
import { Machine } from './testing/machine.ts';
import { useNamespace } from './testing/namespace.ts';
import { PortForward } from './testing/port-forward.ts';
import { Prometheus } from './testing/prometheus.ts';
import { restricted } from './testing/restricted.ts';
import type { KubeObject } from './testing/namespace.ts';

const DEADLINE_MS = 60_000;

interface Pod extends KubeObject {
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly state: { readonly terminated?: { readonly exitCode: number } };
    }[];
  };
}

/** The cart node's image as it is, without an operator; and that the cluster is one on which the other tests mean something. */
describe('the cart node’s image', () => {
  const namespace = useNamespace('image', 'suite');
  let client: Client;

  const labels = { app: 'carts' };
  function node(): object {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'carts', labels },
      spec: {
        automountServiceAccountToken: false,
        restartPolicy: 'Never',
        securityContext: restricted.pod,
        containers: [
          {
            name: 'node',
            image: images.node,
            imagePullPolicy: 'IfNotPresent',
            ports: [
              { name: 'http', containerPort: 8080 },
              { name: 'admin', containerPort: 9090 },
            ],
            readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 1 },
            securityContext: restricted.container,
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    };
  }

  async function startNode(): Promise<void> {
    await namespace().apply([node()]);
    await namespace().until('pod/carts', 'condition=Ready');
    // A moment passes until every machine knows where the Service leads now.
    await eventually('the Service answers', DEADLINE_MS, () => client.fetch('http://carts/cart/byid/nobody'));
  }

  /** Resolves with the exit code of the node's process. A finalizer keeps the pod to be looked at when it has ended. */
  async function stopNode(): Promise<number> {
    const keep = (finalizers: readonly string[] | null): Promise<string> =>
      namespace().kubectl(['patch', 'pod', 'carts', '--patch', JSON.stringify({ metadata: { finalizers } })]);
    await keep(['cartwright.dev/e2e']);
    try {
      await namespace().kubectl(['delete', 'pod', 'carts', '--wait=false']);
      return await eventually('the node ends', DEADLINE_MS, async () => {
        const pod = await namespace().find<Pod>(pods, 'carts');
        return pod?.status.containerStatuses?.[0]?.state.terminated?.exitCode ?? null;
      });
    } finally {
      await keep(null);
      await namespace().until('pod/carts', 'delete');
    }
  }

  async function add(cart: string, quantity: number): Promise<void> {
    const json = { sku: 'TEST-SKU-123', quantity };
    const { status, body } = await client.fetch(`http://carts/cart/byid/${cart}`, { method: 'POST', json });
    assert.equal(status, 200, body);
  }

  async function quantityIn(cart: string): Promise<number | undefined> {
    const { status, body } = await client.fetch(`http://carts/cart/byid/${cart}`);
    assert.equal(status, 200, body);
    return (JSON.parse(body) as { items: { quantity: number }[] }).items[0]?.quantity;
  }

  before(async () => {
    await namespace().apply([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Mi' } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'carts' },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
      },
    ]);
    client = await Client.start(namespace());
    await startNode();
  });

  it('runs where only the restricted level is let in, and serves a cart to another pod', async () => {
    await add('served', 2);
    assert.equal(await quantityIn('served'), 2);
  });

  it('ends in order on SIGTERM as process 1, and finds its carts again on the volume', async () => {
    await add('stored', 3);
    assert.equal(await stopNode(), 0);
    await startNode();
    assert.equal(await quantityIn('stored'), 3);
  });

  it('is found and scraped by Prometheus', async () => {
    const prometheus = await Prometheus.start(namespace(), {
      scrape: [
        {
          job_name: 'carts',
          kubernetes_sd_configs: [{ role: 'pod', namespaces: { own_namespace: true } }],
          relabel_configs: [
            { source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: 'admin', action: 'keep' },
          ],
        },
      ],
      rules: {
        'rules.yaml': 'groups: [{ name: test, rules: [{ record: ready:max, expr: max(cartwright_ready) }] }]',
      },
    });
    await eventually('the recording rule has a value', DEADLINE_MS, async () => {
      const [sample] = await prometheus.query('ready:max');
      return sample?.value === 1 ? true : null;
    });
    // Where the cores are busy, a scrape may be late, and the next one is not.
    await eventually('its only target is up', DEADLINE_MS, async () => {
      assert.deepEqual(
        (await prometheus.targets()).map(({ health, lastError }) => ({ health, lastError })),
        [{ health: 'up', lastError: '' }],
      );
      return true;
    });
    assert.deepEqual(
      (await prometheus.rules()).map(({ name, rules }) => [name, rules[0]?.health]),
      [['test', 'ok']],
    );
  });

  it('can be reached from here, too', async () => {
    await using forward = await PortForward.open(namespace(), 'pod/carts', 9090);
    const response = await fetch(`${forward.url}/livez`);
    assert.equal(await response.text(), 'ok\n');
  });

  it('comes back with a machine that was frozen', async () => {
    const machine = await Machine.ofPod(namespace().name, 'carts');
    await using forward = await PortForward.open(namespace(), 'pod/carts', 8080);
    const get = (deadlineMs: number): Promise<Response> =>
      fetch(`${forward.url}/cart/byid/frozen`, { signal: AbortSignal.timeout(deadlineMs) });
    await add('frozen', 1);
    assert.equal((await get(DEADLINE_MS)).status, 200);
    await machine.freeze();
    try {
      await assert.rejects(get(1000), { name: 'TimeoutError' });
    } finally {
      await machine.thaw();
    }
    assert.equal(await quantityIn('frozen'), 1);
  });
});

describe('the cluster', () => {
  const namespace = useNamespace('cluster');

  it('refuses a pod that is not of the restricted level', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bold' },
      spec: { containers: [{ name: 'bold', image: images.node }] },
    };
    await assert.rejects(namespace().apply([pod]), /violates PodSecurity "restricted:latest"/);
  });

  it('writes down who changed what', async () => {
    const since = new Date();
    const user = await kubectl(['auth', 'whoami', '--output=jsonpath={.status.userInfo.username}']);
    await namespace().kubectl(['create', 'configmap', 'written']);
    await namespace().kubectl(['get', 'configmap', 'written']);
    const made = await eventually('the request is in the log', DEADLINE_MS, async () => {
      const requests = await requestsOf(user, since);
      const ours = requests.filter(({ objectRef }) => objectRef?.namespace === namespace().name);
      return ours.some(({ verb }) => verb === 'get') ? writes(ours) : null;
    });
    const ofIt = made.filter(({ objectRef }) => objectRef?.name === 'written');
    assert.deepEqual(
      ofIt.map(({ verb, objectRef, responseStatus }) => [verb, objectRef?.resource, responseStatus?.code]),
      [['create', 'configmaps', 201]],
    );
  });

  it('has three machines that are ready', async () => {
    const ready = await kubectl([
      'get',
      'nodes',
      '--output=jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
    ]);
    assert.equal(ready, 'True True True');
  });
});
