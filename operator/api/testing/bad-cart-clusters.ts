import { manifest } from './cart-clusters.ts';
import type { CartClusterManifest } from './cart-clusters.ts';

/** A CartCluster that must be refused, and the field that the answer must name. */
export interface BadCartCluster {
  readonly title: string;
  readonly object: CartClusterManifest;
  /** As the API server writes it. */
  readonly field: string;
  /** Words of the answer. */
  readonly says?: RegExp;
  /** It is refused as a change of this one, which is accepted; only the API server can judge that. */
  readonly changeOf?: CartClusterManifest;
}

const embedded = (fields: Readonly<Record<string, unknown>>): CartClusterManifest =>
  manifest({ journal: { embedded: fields } });
const variable = (fields: Readonly<Record<string, unknown>>): CartClusterManifest =>
  manifest({ env: [fields] });
const httpCatalog = (fields: Readonly<Record<string, unknown>>): CartClusterManifest =>
  manifest({
    catalog: {
      http: { productUrl: 'https://c.example/{sku}', deliveryUrl: 'https://c.example/{provider}', ...fields },
    },
  });
const origins = (...list: string[]): CartClusterManifest => manifest({ http: { cors: { origins: list } } });
const many = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x']));

/** What is wrong with one object. */
const STATES: readonly BadCartCluster[] = [
  {
    title: 'a name of 41 characters',
    object: manifest({}, 'a'.repeat(41)),
    field: 'metadata.name',
    says: /40/,
  },
  {
    title: 'a name that no Service can have',
    object: manifest({}, '1shop'),
    field: 'metadata.name',
    says: /letter/,
  },
  { title: 'a name with a dot', object: manifest({}, 'shop.eu'), field: 'metadata.name' },
  {
    title: 'two nodes on one volume',
    object: manifest({ replicas: 2 }),
    field: 'spec.replicas',
    says: /one node/,
  },
  { title: 'less than no node', object: manifest({ replicas: -1 }), field: 'spec.replicas' },
  { title: 'half a node', object: manifest({ replicas: 0.5 }), field: 'spec.replicas' },
  { title: 'a number as text', object: manifest({ replicas: '1' }), field: 'spec.replicas' },
  { title: 'no journal', object: manifest({ journal: undefined }), field: 'spec.journal' },
  { title: 'a journal of no kind', object: manifest({ journal: {} }), field: 'spec.journal.embedded' },
  {
    title: 'no storage',
    object: embedded({ storage: '0' }),
    field: 'spec.journal.embedded.storage',
    says: /nothing/,
  },
  {
    title: 'storage that is no quantity',
    object: embedded({ storage: '1 GB' }),
    field: 'spec.journal.embedded.storage',
  },
  {
    title: 'less than no storage',
    object: embedded({ storage: '-1Gi' }),
    field: 'spec.journal.embedded.storage',
  },
  {
    title: 'a storage class that can’t be',
    object: embedded({ storageClassName: 'Fast!' }),
    field: 'spec.journal.embedded.storageClassName',
  },
  {
    title: 'an answer that is not yes or no',
    object: embedded({ retain: 'always' }),
    field: 'spec.journal.embedded.retain',
  },
  {
    title: 'an image with a blank',
    object: manifest({ image: 'registry.example/cart node:1' }),
    field: 'spec.image',
  },
  {
    title: 'an image in capitals',
    object: manifest({ image: 'registry.example/Cart:1' }),
    field: 'spec.image',
  },
  {
    title: 'a pull policy that there is not',
    object: manifest({ imagePullPolicy: 'Sometimes' }),
    field: 'spec.imagePullPolicy',
  },
  {
    title: 'a pull secret twice',
    object: manifest({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }] }),
    field: 'spec.imagePullSecrets[1]',
  },
  {
    title: 'two catalogs',
    object: manifest({
      catalog: {
        configMap: { name: 'c' },
        http: { productUrl: 'https://c.example/{sku}', deliveryUrl: 'https://c.example/{provider}' },
      },
    }),
    field: 'spec.catalog',
    says: /at most one/,
  },
  {
    title: 'a catalog without a name',
    object: manifest({ catalog: { configMap: {} } }),
    field: 'spec.catalog.configMap.name',
  },
  {
    title: 'a catalog’s key with a slash',
    object: manifest({ catalog: { configMap: { name: 'c', key: 'a/b' } } }),
    field: 'spec.catalog.configMap.key',
  },
  {
    title: 'a catalog over ftp',
    object: httpCatalog({ productUrl: 'ftp://c.example/{sku}' }),
    field: 'spec.catalog.http.productUrl',
  },
  {
    title: 'a catalog that is not asked for anything',
    object: httpCatalog({ productUrl: 'https://c.example/' }),
    field: 'spec.catalog.http.productUrl',
    says: /\{sku\}/,
  },
  {
    title: 'deliveries that nobody is asked for',
    object: httpCatalog({ deliveryUrl: 'https://c.example/{sku}' }),
    field: 'spec.catalog.http.deliveryUrl',
    says: /\{provider\}/,
  },
  {
    title: 'a placeholder that nothing is filled in for',
    object: httpCatalog({ productUrl: 'https://c.example/{sku}/{colour}' }),
    field: 'spec.catalog.http.productUrl',
  },
  {
    title: 'a password in a catalog’s address',
    object: httpCatalog({ productUrl: 'https://me:secret@c.example/{sku}' }),
    field: 'spec.catalog.http.productUrl',
  },
  {
    title: 'a catalog without deliveries',
    object: httpCatalog({ deliveryUrl: undefined }),
    field: 'spec.catalog.http.deliveryUrl',
  },
  {
    title: 'a catalog with all the time of the world',
    object: httpCatalog({ timeoutMs: 60_000 }),
    field: 'spec.catalog.http.timeoutMs',
  },
  {
    title: 'a cookie’s name with a semicolon',
    object: manifest({ http: { cookie: { name: 'a;b' } } }),
    field: 'spec.http.cookie.name',
  },
  {
    title: 'a __Host- cookie over plain http',
    object: manifest({ http: { cookie: { name: '__Host-a', secure: false } } }),
    field: 'spec.http.cookie.secure',
    says: /browsers refuse/,
  },
  {
    title: 'a cookie for ever',
    object: manifest({ http: { cookie: { maxAgeDays: 4000 } } }),
    field: 'spec.http.cookie.maxAgeDays',
  },
  {
    title: 'an origin with a path',
    object: origins('https://shop.example/'),
    field: 'spec.http.cors.origins[0]',
  },
  { title: 'any origin', object: origins('*'), field: 'spec.http.cors.origins[0]' },
  {
    title: 'an origin with the port that it has anyway',
    object: origins('https://shop.example:443'),
    field: 'spec.http.cors.origins[0]',
    says: /as browsers send it/,
  },
  {
    title: 'an origin twice',
    object: origins('https://a.example', 'https://a.example'),
    field: 'spec.http.cors.origins[1]',
  },
  {
    title: 'bodies of any size',
    object: manifest({ http: { limits: { bodyBytes: 1 << 30 } } }),
    field: 'spec.http.limits.bodyBytes',
  },
  {
    title: 'ids of a policy that there is not',
    object: manifest({ http: { cartIdPolicy: 'some' } }),
    field: 'spec.http.cartIdPolicy',
  },
  {
    title: 'a country in capitals',
    object: manifest({ http: { defaultCountry: 'SE' } }),
    field: 'spec.http.defaultCountry',
  },
  {
    title: 'more proxies than anybody has',
    object: manifest({ http: { trustedProxies: 11 } }),
    field: 'spec.http.trustedProxies',
  },
  { title: 'a pool of nothing', object: manifest({ pool: { size: 0 } }), field: 'spec.pool.size' },
  {
    title: 'carts for ever',
    object: manifest({ pool: { cartTtlDays: 36_500 } }),
    field: 'spec.pool.cartTtlDays',
  },
  {
    title: 'a variable that the operator sets',
    object: variable({ name: 'JOURNAL_PATH', value: '/tmp' }),
    field: 'spec.env[0].name',
    says: /operator sets/,
  },
  {
    title: 'a variable that the spec has a field for',
    object: variable({ name: 'COOKIE_NAME', value: 'x' }),
    field: 'spec.env[0].name',
    says: /field/,
  },
  {
    title: 'a variable with a name that no shell takes',
    object: variable({ name: 'LOG-LEVEL', value: 'x' }),
    field: 'spec.env[0].name',
  },
  {
    title: 'a variable with two values',
    object: variable({ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }),
    field: 'spec.env[0]',
    says: /exactly one/,
  },
  {
    title: 'a variable without a value',
    object: variable({ name: 'A' }),
    field: 'spec.env[0]',
    says: /exactly one/,
  },
  {
    title: 'a value from two places',
    object: variable({
      name: 'A',
      valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 's', key: 'k' } },
    }),
    field: 'spec.env[0].valueFrom',
    says: /exactly one/,
  },
  {
    title: 'a variable twice',
    object: manifest({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
    field: 'spec.env[1]',
  },
  {
    title: 'a request beyond its limit',
    object: manifest({ resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } }),
    field: 'spec.resources.requests',
    says: /limit/,
  },
  {
    title: 'memory by the pound',
    object: manifest({ resources: { limits: { memory: '2lb' } } }),
    field: 'spec.resources.limits.memory',
  },
  {
    title: 'a toleration of a value that exists',
    object: manifest({ tolerations: [{ operator: 'Exists', value: 'x' }] }),
    field: 'spec.tolerations[0].value',
  },
  {
    title: 'an effect that there is not',
    object: manifest({ tolerations: [{ effect: 'Never' }] }),
    field: 'spec.tolerations[0].effect',
  },
  {
    title: 'a spread that does not say over what',
    object: manifest({ topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] }),
    field: 'spec.topologySpreadConstraints[0].topologyKey',
  },
  {
    title: 'an affinity with an operator that there is not',
    object: manifest({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }],
          },
        },
      },
    }),
    field:
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator',
  },
  {
    title: 'a pod label that is the operator’s',
    object: manifest({ podLabels: { 'app.kubernetes.io/name': 'x' } }),
    field: 'spec.podLabels',
    says: /belong to the operator/,
  },
  {
    title: 'a pod annotation that is the operator’s',
    object: manifest({ podAnnotations: { 'cartwright.dev/references': 'x' } }),
    field: 'spec.podAnnotations',
  },
  {
    title: 'more pod labels than there may be',
    object: manifest({ podLabels: many(65) }),
    field: 'spec.podLabels',
  },
  {
    title: 'a Service of a type that there is not',
    object: manifest({ service: { type: 'ExternalName' } }),
    field: 'spec.service.type',
  },
  {
    title: 'an interval without a unit',
    object: manifest({ monitoring: { podMonitor: { interval: '30' } } }),
    field: 'spec.monitoring.podMonitor.interval',
  },
  { title: 'a switch that is no switch', object: manifest({ paused: 'yes' }), field: 'spec.paused' },
];

/** What is wrong with a change. */
const CHANGES: readonly BadCartCluster[] = [
  {
    title: 'a volume that shrinks',
    changeOf: embedded({ storage: '2Gi' }),
    object: embedded({ storage: '1.5Gi' }),
    field: 'spec.journal.embedded.storage',
    says: /grow, not shrink/,
  },
  {
    title: 'a volume that shrinks to the default',
    changeOf: embedded({ storage: '2Gi' }),
    object: embedded({}),
    field: 'spec.journal.embedded.storage',
    says: /grow, not shrink/,
  },
  {
    title: 'a volume that moves to another class',
    changeOf: embedded({ storageClassName: 'fast' }),
    object: embedded({ storageClassName: 'slow' }),
    field: 'spec.journal.embedded.storageClassName',
    says: /can’t be changed/,
  },
  {
    title: 'a volume that leaves its class',
    changeOf: embedded({ storageClassName: 'fast' }),
    object: embedded({}),
    field: 'spec.journal.embedded.storageClassName',
    says: /can’t be changed/,
  },
  {
    title: 'a volume that finds a class',
    changeOf: embedded({}),
    object: embedded({ storageClassName: 'slow' }),
    field: 'spec.journal.embedded.storageClassName',
    says: /can’t be changed/,
  },
];

export const badCartClusters: readonly BadCartCluster[] = [...STATES, ...CHANGES];
