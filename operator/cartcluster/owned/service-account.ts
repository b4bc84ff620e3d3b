import { metadataOf } from '../names.ts';
import type { CartClusterObject } from '../observed.ts';
import type { Wish } from './wish.ts';

/** The node's identity. It has no rights, and its pods get no token. */
export function serviceAccount(cluster: CartClusterObject): Wish {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(cluster, cluster.metadata.name),
    automountServiceAccountToken: false,
  };
}
