import type { KubeObject } from './api.ts';

/** The name that storage classes call this provisioner by. */
export const PROVISIONER = 'cartwright.dev/e2e-volumes';
export const FOLDER = '/var/local-volumes';

export interface Claim extends KubeObject {
  readonly spec: {
    readonly accessModes: readonly string[];
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status: { readonly phase: string };
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly reclaimPolicy?: string;
}

export interface Volume extends KubeObject {
  readonly spec: {
    readonly persistentVolumeReclaimPolicy: string;
    readonly local?: { readonly path: string };
    readonly nodeAffinity?: { readonly required: { readonly nodeSelectorTerms: readonly Term[] } };
  };
  readonly status: { readonly phase: string };
}

interface Term {
  readonly matchExpressions: readonly { readonly key: string; readonly values: readonly string[] }[];
}

const HOSTNAME = 'kubernetes.io/hostname';

/** The volumes to make on this machine: for claims that wait, and whose pod the scheduler has put here. */
export function volumesToMake(
  claims: readonly Claim[],
  classes: readonly StorageClass[],
  machine: string,
): readonly (Volume & { readonly spec: { readonly local: { readonly path: string } } })[] {
  return claims.flatMap((claim) => {
    const { name, namespace, uid, annotations } = claim.metadata;
    const kind = classes.find((one) => one.metadata.name === claim.spec.storageClassName);
    const here = annotations?.['volume.kubernetes.io/selected-node'] === machine;
    if (claim.status.phase !== 'Pending' || kind?.provisioner !== PROVISIONER || !here || uid === undefined)
      return [];
    const volume = `pvc-${uid}`;
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volume, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
        spec: {
          capacity: { storage: claim.spec.resources.requests.storage },
          accessModes: claim.spec.accessModes,
          volumeMode: claim.spec.volumeMode ?? 'Filesystem',
          persistentVolumeReclaimPolicy: kind.reclaimPolicy ?? 'Delete',
          storageClassName: kind.metadata.name,
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
          local: { path: `${FOLDER}/${volume}` },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: HOSTNAME, operator: 'In', values: [machine] }] },
              ],
            },
          },
        },
        status: { phase: 'Pending' },
      },
    ];
  });
}

/** The volumes of this machine that nobody claims any more and that shall go then. */
export function volumesToRemove(volumes: readonly Volume[], machine: string): readonly Volume[] {
  return volumes.filter(({ metadata, spec, status }) => {
    const ours = metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === PROVISIONER;
    const [term] = spec.nodeAffinity?.required.nodeSelectorTerms ?? [];
    const here = term?.matchExpressions.some(({ key, values }) => key === HOSTNAME && values[0] === machine);
    return (
      ours && here === true && status.phase === 'Released' && spec.persistentVolumeReclaimPolicy === 'Delete'
    );
  });
}
