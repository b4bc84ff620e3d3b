/**
 * Objects of the Kubernetes API as plain JSON: as they come, as they are kept, and as they are sent. Times stay text, and fields that this
 * code does not know stay in, so that what is written back lacks nothing.
 */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
  readonly finalizers?: readonly string[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Which fields one writer owns, as the API server keeps book of it. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldsV1;
  readonly subresource?: string;
}

/** A set of fields as a tree: `f:name` is a field, `k:{…}` an item of a keyed list, `v:…` an item of a set, `.` the place itself. */
export interface FieldsV1 {
  readonly [step: string]: FieldsV1;
}

/** Addresses a REST collection. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Addresses one object of a collection. */
export interface ObjectRef {
  /** Of namespaced objects only. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `namespace/name`, or the name of what is in no namespace. */
export function keyOf({ namespace, name }: ObjectRef): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function refOf(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Whether `seen` is at least as new as `wanted`. API servers count their versions, and since 1.35 they promise it. Of anything but numbers
 * nothing can be said, which is `null`.
 */
export function isAtLeast(seen: string, wanted: string): boolean | null {
  if (!/^\d+$/.test(seen) || !/^\d+$/.test(wanted)) return null;
  return BigInt(seen) >= BigInt(wanted);
}
