import assert from 'node:assert/strict';
import { CART_CLUSTER } from './api/cart-cluster.ts';
import { configMaps, persistentVolumeClaims, pods, services, statefulSets } from './kube/resources.ts';
import { cut, doneBut, hang, refuse, then } from './kube/testing/faults.ts';
import { editSpec } from './testing/kubernetes.ts';
import { World } from './testing/world.ts';
import type { VolumeClaim } from './cartcluster/kinds.ts';
import type { Effect, Match } from './kube/testing/faults.ts';

const SHOP = { namespace: 'eu', name: 'shop' };
const CATALOG = { namespace: 'eu', name: 'shop-catalog' };
const GOOD = 'registry.example/cart-node:2';

function putCatalog(world: World, text: string): void {
  if (world.server.get(configMaps, CATALOG) === undefined)
    world.server.create(configMaps, { metadata: CATALOG, data: { 'catalog.json': text } });
  else world.server.edit(configMaps, CATALOG, (draft) => (draft['data'] = { 'catalog.json': text }));
}

/** What is there in the end, but for what differs from run to run. */
function picture(world: World): unknown {
  const resources = [statefulSets, services, configMaps, pods, persistentVolumeClaims];
  return resources.map((resource) =>
    world.server.list(resource).map((object) => {
      const { spec, data, metadata } = object as unknown as Record<string, Record<string, unknown>>;
      return { spec, data, labels: metadata?.['labels'], name: metadata?.['name'] };
    }),
  );
}

/** Everything is as the spec says, and nobody writes any more. */
async function assertSettled(world: World): Promise<void> {
  await world.ready(1_500_000);
  await world.pass(30_000, 1000);
  world.server.forgetRequests();
  await world.pass(120_000, 1000);
  // Events are counted up now and then; everything else is at rest.
  const writes = world.server.writes.filter(({ plural }) => plural !== 'leases' && plural !== 'events');
  assert.deepEqual(writes, []);
}

describe('the operator in a simulation', function () {
  this.timeout(120_000);

  /** A life of a CartCluster; each part begins when the former one is over. */
  const life: readonly ((world: World) => void)[] = [
    (world) => {
      putCatalog(world, '{}');
      world.create({ catalog: { configMap: { name: 'shop-catalog' } } });
    },
    (world) => editSpec(world.server, (spec) => (spec['image'] = 'registry.example/cart-node:typo')),
    (world) => editSpec(world.server, (spec) => (spec['image'] = GOOD)),
    (world) => putCatalog(world, '[]'),
    (world) => editSpec(world.server, (spec) => (spec['replicas'] = 0)),
    (world) =>
      editSpec(world.server, (spec) => {
        spec['replicas'] = 1;
        spec['journal'] = { embedded: { storage: '2Gi' } };
        spec['networkPolicy'] = { enabled: false };
      }),
  ];

  /** What is there at the end of each part, and of the whole. */
  async function live(world: World): Promise<readonly unknown[]> {
    const ends: unknown[] = [];
    for (const part of life) {
      part(world);
      await world.pass(45_000, 1000);
      ends.push(picture(world));
    }
    await assertSettled(world);
    return [...ends, picture(world)];
  }

  it('comes to the same ends wherever its process dies, after any of its writes', async () => {
    const undisturbed = new World();
    undisturbed.start();
    let writes = 0;
    const notTheLease: Match = { verb: ['create', 'update', 'patch', 'delete'], times: Infinity };
    undisturbed.server.inject(notTheLease, (request, perform) => {
      if (request.plural !== 'leases') writes += 1;
      return perform();
    });
    const ends = await live(undisturbed);
    assert.ok(writes > 20, `${writes} writes`);
    for (let fatal = 1; fatal <= writes; fatal += 1) {
      const world = new World();
      let count = 0;
      world.start();
      const dies: Effect = async (request, perform) => {
        const response = await perform();
        if (request.plural !== 'leases') count += 1;
        if (count === fatal && request.plural !== 'leases') {
          world.processes[0]?.kill();
          world.start();
        }
        return response;
      };
      world.server.inject(notTheLease, dies);
      assert.deepEqual(await live(world), ends, `after write ${fatal}`);
      await Promise.all([...world.processes].map((process) => process.stop()));
    }
    await Promise.all([...undisturbed.processes].map((process) => process.stop()));
  });

  const seeds =
    process.env['SEED'] === undefined
      ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
      : [Number(process.env['SEED'])];
  for (const seed of seeds) {
    it(`brings any mess to the end that the spec says: SEED=${seed}`, async () => {
      const world = new World(seed);
      const mess = new Mess(world);
      world.create();
      world.start();
      world.start();
      for (let step = 0; step < 120; step += 1) await mess.step();
      mess.end();
      await assertSettled(world);
      assert.deepEqual(world.server.get(services, { namespace: 'eu', name: 'foreign' }), mess.foreign);
      const claim = world.server
        .list<VolumeClaim>(persistentVolumeClaims)
        .find(({ metadata }) => metadata.name === 'data-shop-0');
      assert.equal(claim?.status?.capacity?.storage, '4Gi');
      assert.equal(world.server.list(pods).length, 1);
      await Promise.all([...world.processes].map((process) => process.stop()));
    });
  }
});

/** Users, strangers, machines and networks, each at their worst. */
class Mess {
  readonly foreign;
  readonly #world: World;
  #storageGi = 1;

  constructor(world: World) {
    this.#world = world;
    this.foreign = world.server.create(services, {
      metadata: { namespace: 'eu', name: 'foreign' },
      spec: {},
    });
  }

  async step(): Promise<void> {
    const { random } = this.#world;
    const deeds = [this.#user, this.#stranger, this.#machine, this.#network, this.#operator];
    const deed = deeds[Math.floor(random() * deeds.length)];
    deed?.call(this);
    if (random() < 0.7) await this.#world.pass(random() * 8000, 500);
    else await this.#world.clock.advance(random() * 3000);
  }

  /** Everybody goes home; the spec is a good one, and what it needs is there. */
  end(): void {
    const { server } = this.#world;
    server.removeFaults();
    server.comeBack();
    for (const { transport } of this.#world.processes) transport.heal();
    if (this.#world.processes.length === 0) this.#world.start();
    putCatalog(this.#world, '{}');
    if (this.#world.cluster === undefined) this.#world.create();
    editSpec(server, (spec) => {
      Object.assign(spec, {
        image: GOOD,
        replicas: 1,
        paused: false,
        env: [],
        networkPolicy: { enabled: true },
      });
      spec['journal'] = { embedded: { storage: '4Gi' } };
    });
  }

  #pick<T>(...options: readonly [T, ...T[]]): T {
    return options[Math.floor(this.#world.random() * options.length)] ?? options[0];
  }

  #user(): void {
    const world = this.#world;
    const { server, random } = world;
    if (world.cluster === undefined) {
      world.create({ journal: { embedded: { storage: `${this.#storageGi}Gi` } } });
      return;
    }
    if (random() < 0.1) {
      server.remove(CART_CLUSTER, SHOP);
      return;
    }
    editSpec(server, (spec) => {
      const [field, value] = this.#pick<[string, unknown]>(
        ['image', GOOD],
        ['image', `registry.example/cart-node:${this.#pick('typo', 'crash', 'v3')}`],
        ['image', 'not an image'],
        ['replicas', this.#pick(0, 1)],
        ['paused', this.#pick(true, false)],
        ['catalog', this.#pick<unknown>({}, { configMap: { name: 'shop-catalog' } })],
        ['env', [{ name: 'A', valueFrom: { secretKeyRef: { name: 'never-there', key: 'k' } } }]],
        ['env', []],
        ['networkPolicy', { enabled: this.#pick(true, false) }],
        ['service', { type: this.#pick('ClusterIP', 'NodePort') }],
      );
      if (random() < 0.1 && this.#storageGi < 3) {
        this.#storageGi += 1;
        spec['journal'] = { embedded: { storage: `${this.#storageGi}Gi` } };
      } else spec[field] = value;
    });
  }

  #stranger(): void {
    const { server } = this.#world;
    const edit = (change: () => void): void => {
      try {
        change();
      } catch {
        // What he wanted to change is not there.
      }
    };
    this.#pick(
      () =>
        edit(
          () =>
            void server.edit(
              statefulSets,
              SHOP,
              (draft) => ((draft['spec'] as Record<string, unknown>)['replicas'] = this.#pick(0, 1, 3)),
            ),
        ),
      () =>
        edit(
          () =>
            void server.edit(
              services,
              SHOP,
              (draft) => ((draft['spec'] as Record<string, unknown>)['selector'] = { app: 'theirs' }),
            ),
        ),
      () => edit(() => void server.edit(services, SHOP, (draft) => (draft.metadata['labels'] = {}))),
      () =>
        edit(() => void server.edit(statefulSets, SHOP, (draft) => (draft.metadata['ownerReferences'] = []))),
      () => server.remove(services, this.#pick(SHOP, { namespace: 'eu', name: 'shop-nodes' })),
      () => server.remove(configMaps, { namespace: 'eu', name: 'shop-settings' }),
      () => server.remove(statefulSets, SHOP),
      () => putCatalog(this.#world, this.#pick('{}', '[]', 'no json')),
      () => server.remove(configMaps, CATALOG),
    )();
  }

  #machine(): void {
    this.#pick(
      () => this.#world.kubernetes.killPod('shop-0'),
      () => this.#world.kubernetes.syncStatefulSets(),
      () => this.#world.kubernetes.runPods(),
    )();
  }

  #network(): void {
    const { server } = this.#world;
    const writes: Match = { verb: ['patch', 'delete', 'create', 'update'], times: this.#pick(1, 3) };
    const reads: Match = { verb: ['get', 'list', 'watch'], times: this.#pick(1, 3) };
    this.#pick(
      () =>
        server.inject(
          this.#pick(writes, reads),
          refuse(this.#pick(500, 503, 409, 429), { retryAfterSeconds: 1 }),
        ),
      () => server.inject(this.#pick(writes, reads), cut),
      () => server.inject(writes, doneBut(cut)),
      () => server.inject(this.#pick(writes, reads), hang),
      () =>
        server.inject(
          writes,
          then(() => this.#stranger()),
        ),
      () => server.staleLists(this.#pick(pods, statefulSets, services), { times: 2 }),
      () => server.compact(),
      () => {
        for (const watch of server.watches) if (this.#world.random() < 0.5) watch.cut();
      },
      () => (server.away ? server.comeBack() : server.goAway()),
    )();
  }

  #operator(): void {
    const world = this.#world;
    const process = this.#pick(world.processes[0], ...world.processes.slice(1));
    this.#pick(
      () => process?.kill(),
      () => {
        if (world.processes.length < 3) world.start();
      },
      () => process?.transport.partition(),
      () => process?.transport.heal(),
    )();
  }
}
