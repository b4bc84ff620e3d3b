import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readConfig, settingGroups } from '../../../node/config.ts';
import { OPERATOR_SETTINGS } from '../../api/operator-settings.ts';
import { badCartClusters } from '../../api/testing/bad-cart-clusters.ts';
import { goodCartClusters } from '../../api/testing/good-cart-clusters.ts';
import { cartCluster } from '../../api/cart-cluster.ts';
import { MANAGED_SELECTOR } from '../names.ts';
import { plan } from '../plan.ts';
import { aCluster, appliesOf, around, atFirst } from '../testing/builders.ts';
import { imageOf } from './pod-template.ts';
import { nodeSettings } from './settings.ts';
import type { Wish } from './wish.ts';

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly valueFrom?: unknown }[];
  readonly securityContext: unknown;
  readonly resources: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers: readonly [Container];
  readonly volumes: readonly unknown[];
  readonly securityContext: unknown;
  readonly serviceAccountName: string;
}

interface Template {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  };
  readonly spec: PodSpec;
}

function wishes(spec: Readonly<Record<string, unknown>> = {}): readonly Wish[] {
  return appliesOf(plan(atFirst(aCluster(spec)), around)).map(({ wish }) => wish);
}

function wishOf(kind: string, name: string, spec: Readonly<Record<string, unknown>> = {}): Wish {
  const found = wishes(spec).find((wish) => wish.kind === kind && wish.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found;
}

function templateOf(spec: Readonly<Record<string, unknown>> = {}): Template {
  return wishOf('StatefulSet', 'shop', spec).spec?.['template'] as Template;
}

describe('what a CartCluster owns', () => {
  it('bears the labels that the operator watches, and its owner', () => {
    const [key = '', value] = MANAGED_SELECTOR.split('=');
    for (const { metadata } of wishes({
      monitoring: { podMonitor: { enabled: true, labels: { [key]: 'x' } } },
    })) {
      assert.equal(metadata.labels?.[key], value);
      assert.equal(metadata.labels?.['cartwright.dev/cluster'], 'shop');
      assert.deepEqual(metadata.ownerReferences, [
        {
          apiVersion: 'cartwright.dev/v1alpha1',
          kind: 'CartCluster',
          name: 'shop',
          uid: 'uid-of-shop',
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
  });

  it('gives pods the same labels, whatever the spec adds', () => {
    const { labels } = templateOf({ podLabels: { team: 'a' } }).metadata;
    const [key = '', value] = MANAGED_SELECTOR.split('=');
    assert.deepEqual([labels[key], labels['team']], [value, 'a']);
    const { spec } = wishOf('StatefulSet', 'shop');
    const { matchLabels } = spec?.['selector'] as { matchLabels: Record<string, string> };
    for (const [name, text] of Object.entries(matchLabels)) assert.equal(labels[name], text);
  });

  it('lets requests reach the one node that has the carts, and no other', () => {
    const { spec } = wishOf('Service', 'shop');
    const selector = spec?.['selector'] as Record<string, string>;
    assert.equal(selector['statefulset.kubernetes.io/pod-name'], 'shop-0');
    assert.deepEqual(spec?.['ports'], [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
      { name: 'grpc', port: 1337, targetPort: 'grpc', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
    ]);
  });

  it('does not bring gRPC to the outside', () => {
    for (const type of ['LoadBalancer', 'NodePort']) {
      const { spec } = wishOf('Service', 'shop', { service: { type } });
      assert.deepEqual(
        (spec?.['ports'] as { name: string }[]).map(({ name }) => name),
        ['http'],
      );
    }
    const { spec } = wishOf('Service', 'shop-nodes');
    assert.deepEqual(
      (spec?.['ports'] as { name: string }[]).map(({ name }) => name),
      ['http', 'grpc', 'admin'],
    );
  });

  it('lets scrapes and gRPC come from inside the cluster only, and nothing go out but to an HTTP catalog, a checkout and a receiver of traces', () => {
    const { spec } = wishOf('NetworkPolicy', 'shop');
    assert.deepEqual(spec?.['ingress'], [
      { ports: [{ port: 8080, protocol: 'TCP' }] },
      {
        ports: [
          { port: 1337, protocol: 'TCP' },
          { port: 9090, protocol: 'TCP' },
        ],
        from: [{ namespaceSelector: {} }],
      },
    ]);
    assert.deepEqual(spec['egress'], []);
    const http = { productUrl: 'https://c.example/{sku}', deliveryUrl: 'https://c.example/{provider}' };
    assert.deepEqual(wishOf('NetworkPolicy', 'shop', { catalog: { http } }).spec?.['egress'], [{}]);
    const egressWith = (name: string, value: string): unknown =>
      wishOf('NetworkPolicy', 'shop', { env: [{ name, value }] }).spec?.['egress'];
    assert.deepEqual([egressWith('CHECKOUT', 'kustom'), egressWith('CHECKOUT', 'off')], [[{}], []]);
    const traces = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    assert.deepEqual([egressWith(traces, 'http://otel:4318'), egressWith(traces, '')], [[{}], []]);
  });

  describe('in its pods', () => {
    it('needs no privilege: what the restricted level asks for', () => {
      const { spec } = templateOf();
      assert.deepEqual(spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        fsGroup: 65_532,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      });
      assert.deepEqual(spec.containers[0].securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    });

    it('runs the operator’s own version of the node, or the image that the spec names', () => {
      assert.equal(templateOf().spec.containers[0].image, around.nodeImage);
      assert.equal(templateOf({ image: 'mine:1' }).spec.containers[0].image, 'mine:1');
      assert.equal(imageOf(aCluster({ image: 'mine:1' }), around), 'mine:1');
    });

    it('mounts the catalog’s key under the name that the node is told', () => {
      const spec = { catalog: { configMap: { name: 'c', key: 'k.json' } } };
      const { volumes, containers } = templateOf(spec).spec;
      assert.deepEqual(volumes.at(-1), {
        name: 'catalog',
        configMap: { name: 'c', items: [{ key: 'k.json', path: 'catalog.json' }] },
      });
      assert.equal(containers[0].volumeMounts.at(-1)?.mountPath, '/etc/cartwright/catalog');
      assert.equal(nodeSettings(aCluster(spec)).CATALOG_FILE, '/etc/cartwright/catalog/catalog.json');
    });

    it('takes the catalog’s token from the Secret itself', () => {
      const http = {
        productUrl: 'https://c.example/{sku}',
        deliveryUrl: 'https://c.example/{provider}',
        tokenSecret: { name: 's' },
      };
      const { env } = templateOf({ catalog: { http } }).spec.containers[0];
      assert.deepEqual(env[1], {
        name: 'CATALOG_TOKEN',
        valueFrom: { secretKeyRef: { name: 's', key: 'token' } },
      });
    });

    it('has other annotations for other settings, so that a change of them is a new revision', () => {
      const annotations = (spec: Readonly<Record<string, unknown>>): string =>
        templateOf(spec).metadata.annotations['cartwright.dev/settings'] ?? '';
      assert.notEqual(annotations({}), annotations({ pool: { size: 20 } }));
      assert.equal(annotations({}), annotations({ service: { type: 'NodePort' } }));
    });

    it('passes everything on that a pod has too', () => {
      const given = {
        imagePullSecrets: [{ name: 'registry' }],
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ operator: 'Exists' }],
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
        affinity: {
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] },
        },
      };
      const { spec } = templateOf({ ...given, resources: { limits: { cpu: 2 } } });
      for (const [name, value] of Object.entries(given))
        assert.deepEqual((spec as unknown as Record<string, unknown>)[name], value);
      assert.deepEqual(spec.containers[0].resources, { limits: { cpu: 2 } });
    });
  });

  describe('in its settings', () => {
    it('are those that the spec’s env may not set, and each is one of the node’s', () => {
      const known = new Set(Object.values(settingGroups).flatMap((group) => Object.keys(group)));
      for (const name of OPERATOR_SETTINGS) assert.ok(known.has(name), name);
      const catalogs = [{}, { configMap: { name: 'c' } }, { http: HTTP }];
      const written = catalogs.flatMap((catalog) => Object.keys(nodeSettings(aCluster({ catalog }))));
      const tokenSecret = { name: 's' };
      const inEnv = templateOf({ catalog: { http: { ...HTTP, tokenSecret } } }).spec.containers[0].env.map(
        ({ name }) => name,
      );
      assert.deepEqual(new Set([...written, ...inEnv]), OPERATOR_SETTINGS);
    });

    it('have the node’s own defaults where the spec says nothing', () => {
      const fixed = new Set(['HOST', 'JOURNAL_PATH']);
      const defaults = readConfig({}) as Readonly<Record<string, unknown>>;
      const config = readConfig(nodeSettings(aCluster())) as Readonly<Record<string, unknown>>;
      for (const name of Object.keys(nodeSettings(aCluster())).filter((one) => !fixed.has(one)))
        assert.deepEqual(config[name], defaults[name], name);
      assert.deepEqual(config['CATALOG_TIMEOUT_MS'], defaults['CATALOG_TIMEOUT_MS']);
      const http = readConfig(nodeSettings(aCluster({ catalog: { http: HTTP } }))) as Record<string, unknown>;
      for (const name of Object.keys(http).filter((one) => /^CATALOG_\w+_MS$/.test(one)))
        assert.equal(http[name], defaults[name], name);
    });

    for (const { title, object } of goodCartClusters) {
      it(`are taken by the node: ${title}`, () => {
        readConfig(nodeSettings(aCluster(object.spec)));
      });
    }

    it('are taken by the node whatever spec the schema accepts', () => {
      let accepted = 0;
      fc.assert(
        fc.property(anySpec, (spec) => {
          const { success } = cartCluster.safeParse({ metadata: { name: 'shop' }, spec });
          if (!success) return;
          accepted += 1;
          readConfig(nodeSettings(aCluster(spec)));
        }),
        { numRuns: 1000 },
      );
      assert.ok(accepted > 50, `${accepted} were accepted`);
    });
  });
});

const HTTP = { productUrl: 'https://c.example/{sku}', deliveryUrl: 'https://c.example/{provider}' };

/** Values at the edges of what is allowed, and pieces of what is not: the schema decides. */
const host = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
const anyOrigin = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    host,
    fc.constantFrom('', ':80', ':443', ':8080', ':0', ':99999', '/'),
  )
  .map(([scheme, name, rest]) => `${scheme}://${name}${rest}`);
const anyUrl = (placeholder: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('http', 'https'), host, fc.string({ maxLength: 12 }))
    .map(([scheme, name, rest]) => `${scheme}://${name}/${placeholder}${rest}`);
/** The first is one too few or too many. */
const edge = (...values: number[]): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...values) },
    { weight: 9, arbitrary: fc.constantFrom(...values.slice(1)) },
  );
const anySpec = fc.record({
  journal: fc.constant({ embedded: {} }),
  http: fc.record(
    {
      cookie: fc.record(
        {
          name: fc.oneof(
            fc.string({ maxLength: 70 }),
            fc.constantFrom('__Host-a', '__Secure-b', 'cart_id-1'),
          ),
          secure: fc.boolean(),
          maxAgeDays: edge(401, 1, 400),
        },
        { requiredKeys: [] },
      ),
      cors: fc.record({ origins: fc.array(anyOrigin, { maxLength: 3 }) }),
      limits: fc.record(
        { bodyBytes: edge(1023, 1024, 1 << 20), requestsPerCartPerMinute: edge(-1, 0, 10_000_000) },
        { requiredKeys: [] },
      ),
      defaultCountry: fc.constantFrom('se', 'SE', 'fi', 's'),
      trustedProxies: edge(11, 0, 10),
      cartIdPolicy: fc.constantFrom('any', 'minted'),
    },
    { requiredKeys: [] },
  ),
  pool: fc.record(
    {
      size: edge(15, 16, 16_000_000),
      idleTtlSeconds: edge(0, 1, 31_536_000),
      changedTtlSeconds: edge(0, 1, 31_536_000),
      cartTtlDays: edge(0, 1, 3650),
    },
    { requiredKeys: [] },
  ),
  catalog: fc.oneof(
    fc.constant({}),
    fc.constant({ configMap: { name: 'c' } }),
    fc.record({
      http: fc.record({
        productUrl: anyUrl('{sku}'),
        deliveryUrl: anyUrl('{provider}'),
        timeoutMs: edge(9, 10, 10_000),
        ttlMs: edge(-1, 0, 86_400_000),
        staleMs: edge(-1, 0, 86_400_000),
        unknownTtlMs: edge(-1, 0, 3_600_000),
      }),
    }),
  ),
}) as fc.Arbitrary<Readonly<Record<string, unknown>>>;

describe('the table of bad CartClusters', () => {
  it('has one for every setting that the operator keeps to itself, by its rule', () => {
    assert.ok(badCartClusters.some(({ says }) => says?.source === 'operator sets'));
    for (const name of OPERATOR_SETTINGS) {
      const env = [{ name, value: 'x' }];
      const { error } = cartCluster.safeParse({
        metadata: { name: 'shop' },
        spec: { journal: { embedded: {} }, env },
      });
      assert.match(error?.message ?? '', /the operator sets this variable/, name);
    }
  });
});
