import { z } from 'zod';
import { affinity } from './affinity.ts';
import { catalog } from './catalog.ts';
import { env } from './env.ts';
import { monitoring, networkPolicy, service } from './exposure.ts';
import { http } from './http.ts';
import { journal } from './journal.ts';
import {
  image,
  imagePullPolicy,
  imagePullSecrets,
  nodeSelector,
  podAnnotations,
  podLabels,
  resources,
} from './pod.ts';
import { pool } from './pool.ts';
import { withRules } from './rules.ts';
import { tolerations, topologySpreadConstraints } from './scheduling.ts';
import { status } from './status.ts';

/** Everything about the kind CartCluster has its source here: the CRD, its checks and defaults, the operator's types. */
export const CART_CLUSTER = {
  group: 'cartwright.dev',
  version: 'v1alpha1',
  plural: 'cartclusters',
  kind: 'CartCluster',
  namespaced: true,
} as const;

const NAME_MAX = 40;
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const spec = withRules(
  z.object({
    replicas: z
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe(
        'How many nodes serve carts. With journal.embedded 0 or 1; 0 keeps the carts and serves none.',
      ),
    image: image.optional(),
    imagePullPolicy,
    imagePullSecrets: imagePullSecrets.optional(),
    journal,
    catalog: catalog.optional(),
    http: http.prefault({}),
    pool: pool.prefault({}),
    env: env.optional(),
    resources,
    nodeSelector: nodeSelector.optional(),
    affinity: affinity.optional(),
    tolerations: tolerations.optional(),
    topologySpreadConstraints: topologySpreadConstraints.optional(),
    podLabels: podLabels.optional(),
    podAnnotations: podAnnotations.optional(),
    service: service.prefault({}),
    networkPolicy: networkPolicy.prefault({}),
    monitoring: monitoring.prefault({}),
    paused: z
      .boolean()
      .default(false)
      .describe(
        'Stops the operator from what destroys: no pod is replaced, no node removed. The status is still kept.',
      ),
  }),
  {
    cel: '!has(self.journal.embedded) || self.replicas <= 1',
    message: 'journal.embedded allows one node: its volume belongs to one process',
    fieldPath: '.replicas',
    holds: ({ replicas }) => replicas <= 1,
  },
).describe('What is wanted.');

/** Of the metadata only the name is ours to restrict. */
const metadata = z.object({ name: z.string() });

export const cartCluster = withRules(
  z.object({ metadata, spec, status: status.optional() }),
  {
    cel: `self.metadata.name.size() <= ${NAME_MAX}`,
    message: `must be at most ${NAME_MAX} characters: names of pods and Services are made of it`,
    fieldPath: '.metadata.name',
    holds: (object) => object.metadata.name.length <= NAME_MAX,
  },
  {
    cel: `self.metadata.name.matches('${NAME.source}')`,
    message: 'must be lower-case letters, digits and -, and begin with a letter: it names a Service',
    fieldPath: '.metadata.name',
    holds: (object) => NAME.test(object.metadata.name),
  },
).describe('A cluster of nodes that serve shopping carts.');

export type CartClusterSpec = z.output<typeof spec>;
export type CartCluster = z.output<typeof cartCluster>;
