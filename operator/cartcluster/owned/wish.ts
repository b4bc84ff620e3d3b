import type { KubeObject } from '../../kube/object.ts';

/** An object as the controller wants it: only the fields that it wants a say in. */
export interface Wish extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly automountServiceAccountToken?: boolean;
}

/** What the builders know beside the CartCluster. */
export interface Surroundings {
  /** Image of nodes whose CartCluster names none. */
  readonly nodeImage: string;
  /** A short name for a content, the same for the same. */
  readonly digest: (content: string) => string;
}
