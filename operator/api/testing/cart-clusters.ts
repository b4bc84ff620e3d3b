import type { z } from 'zod';
import type { cartCluster } from '../cart-cluster.ts';

export type CartClusterManifest = z.input<typeof cartCluster> & {
  readonly apiVersion: string;
  readonly kind: string;
};

/** A manifest as a user writes it: nothing that has a default. */
export function manifest(spec: Readonly<Record<string, unknown>> = {}, name = 'shop'): CartClusterManifest {
  return {
    apiVersion: 'cartwright.dev/v1alpha1',
    kind: 'CartCluster',
    metadata: { name },
    spec: { journal: { embedded: {} }, ...spec },
  };
}
