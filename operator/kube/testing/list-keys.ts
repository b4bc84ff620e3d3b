/**
 * How the API server merges lists and maps, as far as the kinds that operators write need it. Lists that are not in here are replaced as a
 * whole, maps that are not are merged by field: the same as for custom resources that say nothing.
 */
const LISTS: Readonly<Record<string, readonly string[] | 'set'>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  finalizers: 'set',
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Keyed lists whose items have one owner each. */
const ATOMIC_ITEMS = new Set(['imagePullSecrets', 'ownerReferences']);

/** Whether this is the place of an item whose fields are owned one by one. */
export function isItemWithFields(place: readonly string[]): boolean {
  return place.at(-1)?.startsWith('k:') === true && !ATOMIC_ITEMS.has(place.at(-2)?.slice(2) ?? '');
}

/** Maps that have one owner. */
const ATOMIC = new Set([
  'configMapKeyRef',
  'fieldRef',
  'labelSelector',
  'namespaceSelector',
  'nodeSelector',
  'podSelector',
  'resourceFieldRef',
  'secretKeyRef',
  'selector',
]);

/** The fields that tell the items of a list apart, or how else a list or a map is owned; null: a map that is merged by field. */
export function keysOf(
  value: unknown,
  place: readonly string[],
): readonly string[] | 'set' | 'atomic' | null {
  const name = place.at(-1)?.slice(2) ?? '';
  if (!Array.isArray(value)) return ATOMIC.has(name) ? 'atomic' : null;
  if (name === 'ports') return portKeys(value);
  return LISTS[name] ?? 'atomic';
}

/** Those of containers and those of services. */
function portKeys(ports: readonly unknown[]): readonly string[] | 'atomic' {
  const first = ports[0] as Readonly<Record<string, unknown>> | undefined;
  if (first?.['containerPort'] !== undefined) return ['containerPort', 'protocol'];
  return first?.['port'] === undefined ? 'atomic' : ['port', 'protocol'];
}
