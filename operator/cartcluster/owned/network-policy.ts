import { ADMIN_PORT, GRPC_PORT, HTTP_PORT, metadataOf, selectorOf } from '../names.ts';
import type { CartClusterObject } from '../observed.ts';
import type { Wish } from './wish.ts';

/** Settings that make a node call others, and the value by which it does not. */
const OFF: ReadonlyMap<string, string> = new Map([
  ['CHECKOUT', 'off'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', ''],
]);

/**
 * HTTP requests for carts from everywhere; gRPC, which is for the shop's other services, and scrapes from inside the cluster. Probes come from the machine itself and are not subject to policies. A node calls nobody but an HTTP catalog
 * a checkout provider and a receiver of traces, and those may be anywhere.
 */
export function networkPolicy(cluster: CartClusterObject): Wish {
  const { name } = cluster.metadata;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(cluster, name),
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { ports: [{ port: HTTP_PORT, protocol: 'TCP' }] },
        {
          ports: [GRPC_PORT, ADMIN_PORT].map((port) => ({ port, protocol: 'TCP' })),
          from: [{ namespaceSelector: {} }],
        },
      ],
      egress: callsOut(cluster) ? [{}] : [],
    },
  };
}

function callsOut({ spec: { catalog, env = [] } }: CartClusterObject): boolean {
  // A value from elsewhere is not known here: it may switch it on.
  return (
    catalog?.http !== undefined || env.some(({ name, value }) => OFF.has(name) && value !== OFF.get(name))
  );
}
