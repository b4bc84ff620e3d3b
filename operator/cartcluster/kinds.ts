import { CART_CLUSTER } from '../api/cart-cluster.ts';
import type { KubeObject, Resource } from '../kube/object.ts';

/** The kinds of objects that the controller works with, and of each as much as it reads. */
export const cartClusters: Resource = CART_CLUSTER;

export {
  configMaps,
  networkPolicies,
  persistentVolumeClaims,
  pods,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
} from '../kube/resources.ts';

/** Of the Prometheus operator, which need not be installed. */
export const podMonitors: Resource = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  plural: 'podmonitors',
  kind: 'PodMonitor',
  namespaced: true,
};

export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly volumeClaimTemplates?: readonly ClaimTemplate[];
    readonly template?: unknown;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updateRevision?: string;
  };
}

export interface ClaimTemplate {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string | number } };
  };
}

export interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly ObjectCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string };
}

export interface VolumeClaim extends KubeObject {
  readonly spec?: {
    readonly resources?: { readonly requests?: { readonly storage?: string | number } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly capacity?: { readonly storage?: string | number };
    readonly conditions?: readonly ObjectCondition[];
  };
}

/** A ConfigMap or a Secret; what is in a Secret is encoded. */
export interface Data extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
