import {
  ADMIN_PORT,
  GRPC_PORT,
  HTTP_PORT,
  metadataOf,
  nodesService,
  POD_NAME_LABEL,
  podName,
  selectorOf,
} from '../names.ts';
import type { CartClusterObject } from '../observed.ts';
import type { Wish } from './wish.ts';

/** HTTP/2 without TLS. */
const GRPC = {
  name: 'grpc',
  port: GRPC_PORT,
  targetPort: 'grpc',
  protocol: 'TCP',
  appProtocol: 'kubernetes.io/h2c',
} as const;

/** Gives every pod a name of its own. Also before it is ready: names are for finding it, not for sending shoppers to it. */
export function headlessService(cluster: CartClusterObject): Wish {
  const { name } = cluster.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(cluster, nodesService(name)),
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: selectorOf(name),
      ports: [
        { name: 'http', port: HTTP_PORT, targetPort: 'http', protocol: 'TCP' },
        GRPC,
        { name: 'admin', port: ADMIN_PORT, targetPort: 'admin', protocol: 'TCP' },
      ],
    },
  };
}

/**
 * Where shoppers' requests go. With the embedded journal exactly one node may ever serve: should somebody add a second one by hand, its empty volume would answer for carts that the
 * first one has.
 *
 * gRPC is for the shop's other services: a Service that faces the outside does not have it, since it knows no limits for single clients.
 */
export function clientService(cluster: CartClusterObject): Wish {
  const { name } = cluster.metadata;
  const { type, annotations } = cluster.spec.service;
  const metadata = metadataOf(cluster, name);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: annotations === undefined ? metadata : { ...metadata, annotations },
    spec: {
      type,
      selector: { ...selectorOf(name), [POD_NAME_LABEL]: podName(name, 0) },
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
        ...(type === 'ClusterIP' ? [GRPC] : []),
      ],
    },
  };
}
