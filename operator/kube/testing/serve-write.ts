import { json, statusResponse } from './faults.ts';
import { apply, create, mergePatched, Refusal, remove, replace } from './write-operations.ts';
import type { Collection } from './collections.ts';
import type { FakeRequest, FakeResponse } from './faults.ts';
import type { Json } from './field-set.ts';
import type { Preconditions, WriteContext } from './write-operations.ts';
import type { KubeObject } from '../object.ts';

type MakeContext = (manager: string, operation: 'Apply' | 'Update') => WriteContext;

/** Does a write and answers it. Throws a {@link Refusal}. */
export function serveWrite(
  request: FakeRequest,
  collection: Collection,
  contextOf: MakeContext,
): FakeResponse {
  const { verb, namespace, query, name = '', body } = request;
  const ref = { namespace, name };
  const given = (body === '' ? {} : JSON.parse(body)) as Json;
  const context = contextOf(managerOf(request), 'Update');
  switch (verb) {
    case 'create':
      return json(201, create(context, objectOf(given, namespace)));
    case 'update':
      return json(200, replace(context, ref, objectOf(given, namespace)));
    case 'delete': {
      const { preconditions = {} } = given as { preconditions?: Preconditions };
      const left = remove(context, ref, preconditions, context.writer.time);
      return left === null ? statusResponse(200, '', '') : json(200, left);
    }
    default:
  }
  const type = String(request.headers['content-type']);
  if (type.startsWith('application/merge-patch+json')) return json(200, mergePatched(context, ref, given));
  if (!type.startsWith('application/apply-patch+')) {
    throw new Refusal(415, 'UnsupportedMediaType', `not a patch that is known here: ${type}`);
  }
  const manager = query.get('fieldManager');
  if (manager === null) throw new Refusal(400, 'BadRequest', 'fieldManager is required for apply patch');
  const status = collection.get(ref) === undefined ? 201 : 200;
  const force = query.get('force') === 'true';
  return json(status, apply(contextOf(manager, 'Apply'), ref, objectOf(given, namespace), force));
}

function managerOf({ query, headers }: FakeRequest): string {
  return query.get('fieldManager') ?? String(headers['user-agent'] ?? 'unknown').replace(/\/.*$/, '');
}

function objectOf(given: Json, namespace: string | undefined): KubeObject {
  const object = given as unknown as KubeObject;
  if (object.metadata.namespace !== undefined && object.metadata.namespace !== namespace) {
    throw new Refusal(400, 'BadRequest', 'the namespace of the object does not match that of the request');
  }
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}
