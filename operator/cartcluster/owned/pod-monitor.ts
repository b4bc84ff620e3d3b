import { metadataOf, selectorOf } from '../names.ts';
import type { CartClusterObject } from '../observed.ts';
import type { Wish } from './wish.ts';

/** Has the Prometheus operator scrape the nodes. */
export function podMonitor(cluster: CartClusterObject): Wish {
  const { interval, labels } = cluster.spec.monitoring.podMonitor;
  const metadata = metadataOf(cluster, cluster.metadata.name);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { ...metadata, labels: { ...labels, ...metadata.labels } },
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: selectorOf(cluster.metadata.name) },
      podMetricsEndpoints: [{ port: 'admin', path: '/metrics', interval }],
    },
  };
}
