import assert from 'node:assert/strict';
import { CART_CLUSTER } from './api/cart-cluster.ts';
import {
  configMaps,
  events,
  networkPolicies,
  persistentVolumeClaims,
  pods,
  services,
  statefulSets,
} from './kube/resources.ts';
import { gate, refuse, then } from './kube/testing/faults.ts';
import { podMonitors } from './cartcluster/kinds.ts';
import { editSpec } from './testing/kubernetes.ts';
import { World } from './testing/world.ts';
import type { StatefulSet, VolumeClaim } from './cartcluster/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Match } from './kube/testing/faults.ts';

const SHOP = { namespace: 'eu', name: 'shop' };
const POD = { namespace: 'eu', name: 'shop-0' };

interface Event extends KubeObject {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
}

interface Running extends KubeObject {
  readonly spec: { readonly containers: readonly [{ readonly image: string }] };
}

describe('the operator', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(async () => {
    await Promise.all([...world.processes].map((process) => process.stop()));
  });

  async function serving(spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    world.create(spec);
    world.start();
    await world.ready();
  }

  function replicas(): number | undefined {
    return world.server.get<StatefulSet>(statefulSets, SHOP)?.spec.replicas;
  }

  function reasons(): readonly string[] {
    return world.server.list<Event>(events).map(({ reason }) => reason);
  }

  function noteOf(reason: string): string {
    return world.server.list<Event>(events).find((event) => event.reason === reason)?.note ?? '';
  }

  /** Writes that are not the lease's. */
  function writes(): readonly string[] {
    return world.server.writes
      .filter(({ plural }) => plural !== 'leases')
      .map(({ verb, plural, name, subresource }) =>
        `${verb} ${plural} ${name ?? ''} ${subresource ?? ''}`.trim(),
      );
  }

  it('makes a CartCluster serve', async () => {
    await serving();
    assert.equal(world.condition('Ready'), 'True AllNodesOpen');
    assert.equal(world.cluster?.status?.ready, '1/1');
    await world.until('it is told', () => reasons().includes('Created'));
  });

  it('writes nothing in ten idle minutes but its lease', async () => {
    await serving();
    await world.pass(10_000);
    world.server.forgetRequests();
    await world.pass(600_000, 1000);
    assert.deepEqual(writes(), []);
    assert.ok(world.server.writes.length > 100, 'the lease was renewed');
  });

  it('changes nothing after a restart, though it applies everything once', async () => {
    await serving();
    const before = ['shop', 'shop-nodes'].map((name) =>
      world.server.get(services, { namespace: 'eu', name }),
    );
    const set = world.server.get(statefulSets, SHOP);
    await world.processes[0]?.stop();
    world.start();
    await world.pass(10_000);
    assert.deepEqual(
      ['shop', 'shop-nodes'].map((name) => world.server.get(services, { namespace: 'eu', name })),
      before,
    );
    assert.deepEqual(world.server.get(statefulSets, SHOP), set);
  });

  it('replaces the node when the spec changes, and tells the beginning and the end', async () => {
    await serving();
    const before = world.server.get(pods, POD)?.metadata.uid;
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:2'));
    await world.ready();
    assert.notEqual(world.server.get(pods, POD)?.metadata.uid, before);
    assert.equal(world.cluster?.status?.version, '2');
    await world.until('it is told', () => reasons().includes('RolloutCompleted'));
    assert.ok(reasons().includes('RolloutStarted'));
  });

  it('says nothing good of a new spec before a node runs it, and nothing bad that is the former one’s', async () => {
    await serving();
    const said: string[] = [];
    const statusWrites: Match = { verb: ['patch', 'update'], plural: 'cartclusters', times: Infinity };
    world.server.inject(statusWrites, async (_request, perform) => {
      const response = await perform();
      const image = world.server.get<Running>(pods, POD)?.spec.containers[0].image ?? 'none';
      const { metadata, status } = world.cluster ?? {};
      for (const { type, status: is, observedGeneration } of status?.conditions ?? [])
        if (observedGeneration === metadata?.generation && is === 'True') said.push(`${type} of ${image}`);
      return response;
    });
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:typo'));
    await world.until('it says so', () => world.condition('Stalled') === 'True ImagePull');
    const typo = said.splice(0);
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:3'));
    await world.ready();
    const bad = 'registry.example/cart-node:typo';
    assert.deepEqual(
      typo.filter((one) => /^(Ready|UpToDate) /.test(one)),
      [],
    );
    assert.ok(typo.includes(`Stalled of ${bad}`), typo.join());
    assert.deepEqual(
      said.filter((one) => /^(Ready|UpToDate|Stalled) /.test(one) && !one.endsWith(':3')),
      [],
    );
    assert.ok(said.includes('Ready of registry.example/cart-node:3'), said.join());
  });

  it('stops at a bad image, says why, and recovers when the spec is mended, untouched', async () => {
    await serving();
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:typo'));
    await world.until('it says so', () => world.condition('Stalled') === 'True ImagePull');
    assert.equal(world.condition('UpToDate'), 'False RolloutFailed');
    await world.pass(60_000);
    const stuck = world.server.get(pods, POD)?.metadata.uid;
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:3'));
    await world.ready();
    assert.notEqual(world.server.get(pods, POD)?.metadata.uid, stuck);
  });

  it('rolls the node when a referenced ConfigMap changes', async () => {
    const data = { 'catalog.json': '{}' };
    world.server.create(configMaps, { metadata: { namespace: 'eu', name: 'shop-catalog' }, data });
    await serving({ catalog: { configMap: { name: 'shop-catalog' } } });
    const before = world.server.get(pods, POD)?.metadata.uid;
    world.server.edit(configMaps, { namespace: 'eu', name: 'shop-catalog' }, (draft) => {
      draft['data'] = { 'catalog.json': '{"products":[]}' };
    });
    await world.until('it is another pod', () => {
      const uid = world.server.get(pods, POD)?.metadata.uid;
      return uid !== undefined && uid !== before;
    });
    await world.ready();
  });

  it('names a reference that is missing, makes no pod, and goes on when it is there', async () => {
    world.create({ catalog: { configMap: { name: 'shop-catalog' } } });
    world.start();
    await world.until('it says so', () => world.condition('Stalled') === 'True ReferenceMissing');
    await world.pass(30_000);
    assert.equal(world.server.get(statefulSets, SHOP), undefined);
    const data = { 'catalog.json': '{}' };
    world.server.create(configMaps, { metadata: { namespace: 'eu', name: 'shop-catalog' }, data });
    await world.ready(15_000);
  });

  it('puts back a field that somebody else changed, leaves foreign fields, and tells', async () => {
    await serving();
    world.server.edit(services, SHOP, (draft) => {
      (draft['spec'] as { selector: Record<string, string> }).selector['app.kubernetes.io/name'] = 'other';
      (draft.metadata['labels'] as Record<string, string>)['theirs'] = 'stays';
    });
    const selector = (): string =>
      (world.server.get(services, SHOP) as unknown as { spec: { selector: Record<string, string> } }).spec
        .selector['app.kubernetes.io/name'] ?? '';
    await world.until('it is back', () => selector() === 'cartwright-node');
    assert.equal(world.server.get(services, SHOP)?.metadata.labels?.['theirs'], 'stays');
    await world.until('it is told', () => reasons().includes('ForeignEditReverted'));
    assert.match(noteOf('ForeignEditReverted'), /Service shop: somebody else changed \.spec\.selector;/);
  });

  it('puts back and tells what was changed while it was away', async () => {
    await serving();
    await world.processes[0]?.stop();
    world.server.edit(networkPolicies, SHOP, (draft) => {
      (draft['spec'] as Record<string, unknown>)['policyTypes'] = ['Ingress'];
    });
    world.start();
    await world.until('it is told', () => reasons().includes('ForeignEditReverted'));
    assert.match(
      noteOf('ForeignEditReverted'),
      /NetworkPolicy shop: somebody else changed \.spec\.policyTypes/,
    );
  });

  it('finds its object again when somebody took the label by which it is watched', async () => {
    await serving();
    world.server.edit(services, SHOP, (draft) => {
      Reflect.deleteProperty(draft.metadata['labels'] as object, 'app.kubernetes.io/managed-by');
    });
    await world.until(
      'the label is back',
      () => world.server.get(services, SHOP)?.metadata.labels?.['app.kubernetes.io/managed-by'] !== undefined,
    );
  });

  it('has nodes leave that somebody added, and keeps their volumes', async () => {
    await serving();
    world.server.edit(
      statefulSets,
      SHOP,
      (draft) => ((draft['spec'] as { replicas: number }).replicas = 3),
      'kubectl-scale',
    );
    world.kubernetes.step();
    assert.equal(world.server.list(pods).length, 3);
    await world.until('they are gone', () => replicas() === 1 && world.server.list(pods).length === 1);
    assert.equal(world.server.list(persistentVolumeClaims).length, 3);
    assert.ok(reasons().includes('ScaledDown'));
    assert.ok(!reasons().includes('ForeignEditReverted'));
  });

  it('scales to no node and back, with the same volume', async () => {
    await serving();
    editSpec(world.server, (spec) => (spec['replicas'] = 0));
    await world.until('nobody is there', () => world.server.list(pods).length === 0);
    await world.ready();
    assert.equal(world.condition('Ready'), 'True ScaledToZero');
    const claim = world.server.list(persistentVolumeClaims)[0]?.metadata.uid;
    editSpec(world.server, (spec) => (spec['replicas'] = 1));
    await world.until('it serves', () => world.condition('Ready') === 'True AllNodesOpen');
    assert.equal(world.server.list(persistentVolumeClaims)[0]?.metadata.uid, claim);
  });

  it('grows the volume', async () => {
    await serving();
    editSpec(world.server, (spec) => (spec['journal'] = { embedded: { storage: '2Gi' } }));
    const size = (): unknown =>
      world.server.list<VolumeClaim>(persistentVolumeClaims)[0]?.status?.capacity?.storage;
    await world.until('it has grown', () => size() === '2Gi');
    await world.ready();
    assert.ok(reasons().includes('VolumeGrown'));
  });

  it('says that a volume can’t grow, and goes on with everything else', async () => {
    await serving();
    world.server.inject(
      { verb: 'patch', plural: 'persistentvolumeclaims', times: Infinity },
      refuse(403, { reason: 'Forbidden', message: 'only dynamically provisioned pvc can be resized' }),
    );
    editSpec(world.server, (spec) => {
      spec['journal'] = { embedded: { storage: '2Gi' } };
      spec['image'] = 'registry.example/cart-node:2';
    });
    await world.until('it says so', () => world.condition('Stalled') === 'True VolumeRefused');
    await world.until('it rolled', () => world.condition('UpToDate') === 'True RevisionCurrent');
    world.server.forgetRequests();
    await world.pass(300_000, 1000);
    const attempts = writes().length;
    assert.ok(attempts >= 3 && attempts <= 6, `${attempts} attempts in five minutes: ${writes().join(', ')}`);
  });

  it('replaces nothing while paused, and does when it is over', async () => {
    await serving();
    editSpec(world.server, (spec) => (spec['paused'] = true));
    await world.ready();
    const before = world.server.get(pods, POD)?.metadata.uid;
    editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:2'));
    await world.until('it says so', () => world.condition('Ready') === 'False Paused');
    await world.pass(30_000);
    assert.equal(world.server.get(pods, POD)?.metadata.uid, before);
    editSpec(world.server, (spec) => (spec['paused'] = false));
    await world.ready();
    assert.notEqual(world.server.get(pods, POD)?.metadata.uid, before);
  });

  it('never takes over an object that it did not make', async () => {
    const theirs = {
      metadata: { namespace: 'eu', name: 'shop' },
      spec: { selector: { app: 'theirs' }, ports: [] },
    };
    const before = world.server.create(services, theirs);
    world.create();
    world.start();
    await world.until('it says so', () => world.condition('Stalled') === 'True ForeignObject');
    await world.pass(30_000);
    assert.deepEqual(world.server.get(services, SHOP), before);
    world.server.remove(services, SHOP);
    await world.ready();
  });

  it('never takes over an object that appears at the same moment', async () => {
    const theirs = { metadata: { namespace: 'eu', name: 'shop' }, spec: { selector: { app: 'theirs' } } };
    world.server.inject(
      { verb: 'get', plural: 'services', name: 'shop' },
      then(() => world.server.create(services, theirs)),
    );
    world.create();
    world.start();
    await world.until('it says so', () => world.condition('Stalled') === 'True ForeignObject');
    const { spec } = world.server.get(services, SHOP) as unknown as { spec: { selector: object } };
    assert.deepEqual(spec.selector, { app: 'theirs' });
  });

  it('leaves everything to the garbage collector when the CartCluster is deleted, but its volume', async () => {
    await serving();
    world.server.remove(CART_CLUSTER, SHOP);
    await world.pass(10_000);
    for (const resource of [statefulSets, services, configMaps, networkPolicies, pods])
      assert.deepEqual(world.server.list(resource), [], resource.plural);
    assert.equal(world.server.list(persistentVolumeClaims).length, 1);
    const { operator } = world.processes[0] as { operator: { registry: { metrics(): Promise<string> } } };
    assert.doesNotMatch(await operator.registry.metrics(), /cluster="shop"/);
  });

  it('makes a CartCluster anew as soon as what the former one left is gone', async () => {
    await serving();
    world.server.remove(CART_CLUSTER, SHOP);
    world.create();
    await world.ready();
    assert.equal(
      world.server.get(statefulSets, SHOP)?.metadata.ownerReferences?.[0]?.uid,
      world.cluster?.metadata.uid,
    );
  });

  it('takes in again what was left when a CartCluster was deleted without it', async () => {
    await serving();
    for (const [resource, name] of [
      [statefulSets, 'shop'],
      [services, 'shop'],
      [services, 'shop-nodes'],
    ] as const)
      world.server.edit(
        resource,
        { namespace: 'eu', name },
        (draft) => (draft.metadata['ownerReferences'] = []),
      );
    const pod = world.server.get(pods, POD)?.metadata.uid;
    world.server.remove(CART_CLUSTER, SHOP);
    world.create();
    await world.ready();
    assert.equal(world.server.get(pods, POD)?.metadata.uid, pod);
  });

  it('says that a spec is refused that the API server let pass, and leaves what runs as it is', async () => {
    await serving();
    const set = world.server.get(statefulSets, SHOP);
    editSpec(world.server, (spec) => (spec['image'] = 'not an image'));
    await world.until('it says so', () => world.condition('Ready') === 'False InvalidSpec');
    assert.deepEqual(world.server.get(statefulSets, SHOP), set);
    editSpec(world.server, (spec) => (spec['image'] = 'an/image:1'));
    await world.ready();
  });

  it('says what the API server refused, and asks again after a while', async () => {
    world.server.inject(
      { verb: 'patch', plural: 'statefulsets', times: 2 },
      refuse(403, { reason: 'Forbidden', message: 'exceeded quota: small' }),
    );
    world.create();
    world.start();
    await world.until('it says so', () => world.condition('Stalled') === 'True Refused');
    assert.match(JSON.stringify(world.cluster?.status), /exceeded quota: small/);
    await world.ready(200_000);
  });

  it('keeps a PodMonitor where the Prometheus operator is installed', async () => {
    world = new World(1, { podMonitors: true });
    await serving({ monitoring: { podMonitor: { enabled: true } } });
    assert.ok(world.server.get(podMonitors, SHOP));
    editSpec(world.server, (spec) => (spec['monitoring'] = { podMonitor: { enabled: false } }));
    await world.until('it is gone', () => world.server.get(podMonitors, SHOP) === undefined);
  });

  describe('with others beside it', () => {
    it('is the only one that acts; another one takes over when it ends', async () => {
      await serving();
      const second = world.start();
      await world.pass(5000);
      assert.deepEqual(
        world.processes.map(({ operator }) => operator.leading),
        [true, false],
      );
      await world.processes[0]?.stop();
      await world.until('the other leads', () => second.operator.leading, 3000);
      editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:2'));
      await world.ready();
    });

    it('is followed within twenty seconds when it is killed', async () => {
      await serving();
      const second = world.start();
      await world.pass(5000);
      world.processes[0]?.kill();
      await world.until('the other leads', () => second.operator.leading, 20_000);
    });

    it('can’t delete a pod any more when it is deposed, though the request was under way', async () => {
      await serving();
      const first = world.processes[0];
      assert.ok(first);
      const held = gate();
      world.server.inject({ verb: 'delete', plural: 'pods' }, held.effect);
      editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:2'));
      await world.until('its delete is under way', () => held.waiting === 1);
      first.transport.partition();
      const second = world.start();
      await world.until('the other leads', () => second.operator.leading, 30_000);
      await world.ready();
      const replaced = world.server.get(pods, POD)?.metadata.uid;
      world.server.forgetRequests();
      held.open();
      first.transport.heal();
      await world.pass(20_000);
      const [late] = world.server.requests.filter(
        ({ verb, plural }) => verb === 'delete' && plural === 'pods',
      );
      assert.equal(late?.status, 409);
      assert.equal(world.server.get(pods, POD)?.metadata.uid, replaced);
      assert.equal(first.operator.leading, false);
    });
  });
});
