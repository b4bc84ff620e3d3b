import { z } from 'zod';
import { listOf, mapOf, objectName } from './bounded.ts';
import { labelValue } from './label-selector.ts';
import { nanosOf, quantity } from './quantity.ts';
import { withRules } from './rules.ts';

const REPOSITORY_TAG_DIGEST =
  /^([a-zA-Z0-9][-a-zA-Z0-9.]*(:[0-9]{1,5})?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$/;

export const image = z
  .string()
  .min(1)
  .max(512)
  .regex(REPOSITORY_TAG_DIGEST, 'must be an image like registry.example/cart-node:1.2.3')
  .describe(
    'Image of the node, like registry.example/cart-node:1.2.3. The operator’s own version where it is not given.',
  );

export const imagePullPolicy = z
  .enum(['Always', 'IfNotPresent', 'Never'])
  .default('IfNotPresent')
  .describe('When the image is pulled.');

export const imagePullSecrets = listOf(
  z.object({ name: objectName('Name of the Secret.') }).describe('A Secret.'),
  16,
  ['name'],
).describe('Secrets that the image is pulled with, in the CartCluster’s namespace.');

const amounts = (description: string): z.ZodOptional<ReturnType<typeof mapOf<ReturnType<typeof quantity>>>> =>
  mapOf(quantity('An amount like 500m or 1Gi.'), 8).describe(description).optional();

/** Resources of the node's container. */
export const resources = withRules(
  z.object({
    requests: amounts('What the node is sure to get, like cpu: 500m and memory: 512Mi.'),
    limits: amounts('What the node may use at most. It is killed when it needs more memory.'),
  }),
  {
    cel: "['cpu', 'memory'].all(name, !has(self.requests) || !has(self.limits) || !(name in self.requests) || !(name in self.limits) || quantity(string(self.requests[name])).compareTo(quantity(string(self.limits[name]))) <= 0)",
    message: 'a request must not be more than its limit',
    fieldPath: '.requests',
    holds: ({ requests = {}, limits = {} }) =>
      ['cpu', 'memory'].every(
        (name) => (nanosOf(requests[name] ?? 0) ?? 0n) <= (nanosOf(limits[name] ?? '16E') ?? 0n),
      ),
  },
)
  .default({ requests: { cpu: '100m', memory: '256Mi' } })
  .describe('What the node’s container gets and may use, as in pods.');

export const nodeSelector = mapOf(labelValue.describe('Value of the label.'), 64).describe(
  'Labels of the machines that the pod may run on.',
);

const NOT_OURS = {
  cel: "self.all(key, !key.startsWith('app.kubernetes.io/') && !key.startsWith('cartwright.dev/') && !key.startsWith('statefulset.kubernetes.io/'))",
  message:
    'keys of app.kubernetes.io/, cartwright.dev/ and statefulset.kubernetes.io/ belong to the operator',
  holds: (map: Readonly<Record<string, string>>) =>
    Object.keys(map).every((key) => !/^(app|statefulset)\.kubernetes\.io\/|^cartwright\.dev\//.test(key)),
};

export const podLabels = withRules(mapOf(labelValue.describe('Value of the label.'), 64), NOT_OURS).describe(
  'Further labels of the pods.',
);

export const podAnnotations = withRules(
  mapOf(z.string().max(16_384).describe('Value of the annotation.'), 64),
  NOT_OURS,
).describe('Further annotations of the pods.');
