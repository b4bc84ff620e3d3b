import { z } from 'zod';
import { CART_CLUSTER, cartCluster } from './cart-cluster.ts';
import { structuralSchema } from './structural-schema.ts';
import type { JsonSchema } from './structural-schema.ts';

const { group, version, plural, kind } = CART_CLUSTER;

/** What `kubectl get` shows; those of priority 1 with `-o wide`. */
const PRINTER_COLUMNS = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.ready',
    description: 'Nodes that take requests, of those wanted.',
  },
  { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas', description: 'Nodes that are wanted.' },
  {
    name: 'Status',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'The state in one word.',
  },
  { name: 'Version', type: 'string', jsonPath: '.status.version', description: 'Tag of the node’s image.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  {
    name: 'Message',
    type: 'string',
    priority: 1,
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    description: 'The state in words.',
  },
] as const;

/** Of the metadata, only the name may be spoken of. It is restricted by rules, which say more than a pattern. */
function schemaOfCartCluster(): JsonSchema {
  const json = z.toJSONSchema(cartCluster, { target: 'openapi-3.0', io: 'input' }) as JsonSchema;
  const { spec, status } = json['properties'] as Record<string, JsonSchema>;
  const schema = structuralSchema({ ...json, properties: { spec, status }, required: ['spec'] });
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string', description: `${group}/${version}` },
      kind: { type: 'string', description: kind },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      ...(schema['properties'] as object),
    },
  };
}

/** The CustomResourceDefinition of CartCluster, as a plain object. */
export function customResourceDefinition(): JsonSchema {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: 'cartcluster',
        shortNames: ['ccl'],
        categories: ['cartwright'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: schemaOfCartCluster() },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
        },
      ],
    },
  };
}
