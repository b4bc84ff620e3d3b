import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { manifest } from './cart-clusters.ts';
import type { CartClusterManifest } from './cart-clusters.ts';

/** A CartCluster that must be accepted. */
export interface GoodCartCluster {
  readonly title: string;
  readonly object: CartClusterManifest;
}

function sample(name: string): CartClusterManifest {
  return parse(
    readFileSync(new URL(`../../samples/${name}`, import.meta.url), 'utf8'),
  ) as CartClusterManifest;
}

export const goodCartClusters: readonly GoodCartCluster[] = [
  { title: 'the least', object: sample('minimal.yaml') },
  { title: 'every field', object: sample('every-field.yaml') },
  { title: 'a name of 40 characters', object: manifest({}, `a${'b'.repeat(39)}`) },
  { title: 'no node', object: manifest({ replicas: 0 }) },
  { title: 'storage as a number', object: manifest({ journal: { embedded: { storage: 1_073_741_824 } } }) },
  {
    title: 'a catalog in a ConfigMap',
    object: manifest({ catalog: { configMap: { name: 'shop-catalog' } } }),
  },
  { title: 'a catalog that says nothing', object: manifest({ catalog: {} }) },
  {
    title: 'an image by digest',
    object: manifest({ image: `localhost:5000/a/b_c/node@sha256:${'0'.repeat(64)}` }),
  },
  { title: 'an image of few words', object: manifest({ image: 'cart-node' }) },
  { title: 'an empty variable', object: manifest({ env: [{ name: 'A', value: '' }] }) },
  {
    title: 'origins by name and by number',
    object: manifest({
      http: {
        cors: {
          origins: [
            'http://localhost:3000',
            'http://127.0.0.1',
            'https://a-b.c0.example:8443',
            'http://a.example:443',
          ],
        },
      },
    }),
  },
  {
    title: 'a request without a limit',
    object: manifest({ resources: { requests: { cpu: 2, memory: '1.5Gi' } } }),
  },
  {
    title: 'a resource of one’s own',
    object: manifest({ resources: { limits: { 'example.com/disk': 1 } } }),
  },
  { title: 'a toleration of everything', object: manifest({ tolerations: [{ operator: 'Exists' }] }) },
];

/** What the least CartCluster becomes when the API server has filled in the defaults. */
export const minimalSpecWithDefaults = {
  replicas: 1,
  imagePullPolicy: 'IfNotPresent',
  journal: { embedded: { storage: '1Gi', retain: true } },
  http: {
    cookie: { name: 'cartid', secure: true, maxAgeDays: 30 },
    cors: { origins: [] },
    limits: {
      bodyBytes: 65_536,
      requestsPerCartPerMinute: 300,
      requestsPerAddressPerMinute: 3000,
      newCartsPerAddressPerMinute: 120,
    },
    cartIdPolicy: 'any',
    addByGet: true,
    defaultCountry: 'se',
    trustedProxies: 0,
  },
  pool: { size: 1_000_000, idleTtlSeconds: 900, changedTtlSeconds: 1800, cartTtlDays: 30 },
  resources: { requests: { cpu: '100m', memory: '256Mi' } },
  service: { type: 'ClusterIP' },
  networkPolicy: { enabled: true },
  monitoring: { podMonitor: { enabled: false, interval: '30s' } },
  paused: false,
} as const;
