import type { ObjectRef, Resource } from './object.ts';

/** What a list or a watch is about. */
export interface Selection {
  /** Absent: all of them. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export function groupPath({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

export function collectionPath(resource: Resource, namespace?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPath(resource)}${scope}/${resource.plural}`;
}

export function objectPath(resource: Resource, { namespace, name }: ObjectRef, subresource?: string): string {
  if (name === '') throw new Error(`a ${resource.kind} without a name`);
  if (resource.namespaced !== (namespace !== undefined && namespace !== '')) {
    throw new Error(`${resource.kind} ${name}: ${resource.namespaced ? 'needs a' : 'has no'} namespace`);
  }
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** What is `undefined` is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
