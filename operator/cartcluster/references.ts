import type { CartClusterSpec } from '../api/cart-cluster.ts';

/** One thing that the spec names and somebody else keeps. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
  /** The node starts without it. */
  readonly optional: boolean;
  /** It must be JSON: a node would refuse to start with anything else. */
  readonly json: boolean;
}

/** What a CartCluster's pods read at their start. */
export function referencesOf(spec: CartClusterSpec): readonly Reference[] {
  const found: Reference[] = [];
  const add = (kind: Reference['kind'], name: string, key: string, rest: Partial<Reference> = {}): void => {
    found.push({ kind, name, key, optional: false, json: false, ...rest });
  };
  const { configMap, http } = spec.catalog ?? {};
  if (configMap !== undefined) add('ConfigMap', configMap.name, configMap.key, { json: true });
  if (http?.tokenSecret !== undefined) add('Secret', http.tokenSecret.name, http.tokenSecret.key);
  for (const { valueFrom } of spec.env ?? []) {
    const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
    if (map !== undefined) add('ConfigMap', map.name, map.key, { optional: map.optional ?? false });
    if (secret !== undefined) add('Secret', secret.name, secret.key, { optional: secret.optional ?? false });
  }
  return found;
}
