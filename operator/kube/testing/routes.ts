import type { FakeRequest, Verb } from './faults.ts';

/** A request as it comes from the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

const PATH =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

const VERBS: Readonly<Record<string, Verb>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Null: not about objects. The `path` of the result is the collection's id, `group/version/plural`. */
export function parseRequest({ method, path, ...raw }: RawRequest): FakeRequest | null {
  const url = new URL(path, 'http://localhost');
  const parts = PATH.exec(url.pathname)?.groups;
  const verb = VERBS[method];
  if (parts === undefined || verb === undefined) return null;
  const { core, group = '', version = core, namespace, plural = '', name, subresource } = parts;
  const many = url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
  return {
    ...raw,
    method,
    path: `${group}/${version ?? ''}/${plural}`,
    query: url.searchParams,
    verb: verb === 'get' && name === undefined ? many : verb,
    plural,
    namespace: decoded(namespace),
    name: decoded(name),
    subresource,
  };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decodeURIComponent(text);
}
