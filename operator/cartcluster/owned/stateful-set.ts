import { DATA_VOLUME, labelsOf, metadataOf, nodesService, selectorOf } from '../names.ts';
import { podTemplate } from './pod-template.ts';
import type { ClaimTemplate, StatefulSet } from '../kinds.ts';
import type { CartClusterObject, ReferencedContent } from '../observed.ts';
import type { Surroundings, Wish } from './wish.ts';

/**
 * The StatefulSet, without its replicas: how many there are is not a wish but an event, and has its own rules (`plan.ts`).
 *
 * OnDelete: pods are replaced by the operator, which knows when. Parallel: one that can't start is in nobody's way.
 */
export function statefulSet(
  cluster: CartClusterObject,
  references: ReferencedContent,
  live: StatefulSet | null,
  around: Surroundings,
): Wish {
  const { name } = cluster.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(cluster, name),
    spec: {
      serviceName: nodesService(name),
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: selectorOf(name) },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: cluster.spec.journal.embedded.retain ? 'Retain' : 'Delete',
        whenScaled: 'Retain',
      },
      template: podTemplate(cluster, references, around),
      volumeClaimTemplates: [claimTemplate(cluster, live)],
    },
  };
}

/** A StatefulSet's claim templates can never change: once there, they are repeated as they are. A volume grows by its claim. */
function claimTemplate(cluster: CartClusterObject, live: StatefulSet | null): ClaimTemplate {
  const { storage, storageClassName } = cluster.spec.journal.embedded;
  const existing = live?.spec.volumeClaimTemplates?.find(({ metadata }) => metadata.name === DATA_VOLUME);
  if (existing !== undefined) {
    const { metadata, spec } = existing;
    return {
      metadata: { name: metadata.name, ...(metadata.labels !== undefined && { labels: metadata.labels }) },
      spec: {
        ...(spec.accessModes !== undefined && { accessModes: spec.accessModes }),
        ...(spec.storageClassName !== undefined && { storageClassName: spec.storageClassName }),
        ...(spec.resources !== undefined && { resources: spec.resources }),
      },
    };
  }
  return {
    metadata: { name: DATA_VOLUME, labels: labelsOf(cluster.metadata.name) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName !== undefined && { storageClassName }),
      resources: { requests: { storage: String(storage) } },
    },
  };
}
