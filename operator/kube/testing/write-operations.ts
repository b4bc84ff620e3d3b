import { isMap } from './field-set.ts';
import { statusResponse } from './faults.ts';
import { jsonCopy } from './json-copy.ts';
import { applyFields, updateFields } from './server-side-apply.ts';
import { isSame } from '../merge-patch.ts';
import type { Collection, Draft } from './collections.ts';
import type { FakeResponse } from './faults.ts';
import type { Json } from './field-set.ts';
import type { Writer } from './server-side-apply.ts';
import type { KubeObject, ObjectRef } from '../object.ts';

/** The API server says no. */
export class Refusal extends Error {
  readonly response: FakeResponse;

  constructor(code: number, reason: string, message: string, causes: readonly object[] = []) {
    super(message);
    this.response = statusResponse(code, reason, message, undefined, causes);
  }
}

export interface WriteContext {
  readonly collection: Collection;
  readonly writer: Writer;
  readonly newUid: () => string;
}

export function create(context: WriteContext, given: KubeObject): KubeObject {
  const { collection, writer } = context;
  if (given.metadata.resourceVersion !== undefined) {
    throw new Refusal(400, 'BadRequest', 'resourceVersion should not be set on objects to be created');
  }
  if (collection.get(given.metadata) !== undefined) {
    throw new Refusal(
      409,
      'AlreadyExists',
      `${collection.resource.plural} "${given.metadata.name}" already exists`,
    );
  }
  const object = finished(context, null, given);
  return collection.put(updateFields(null, object, writer));
}

export function replace(context: WriteContext, ref: ObjectRef, given: KubeObject): KubeObject {
  const live = existing(context, ref);
  if (given.metadata.resourceVersion === undefined) {
    throw new Refusal(422, 'Invalid', 'metadata.resourceVersion: must be specified for an update');
  }
  return update(context, live, given);
}

export function mergePatched(context: WriteContext, ref: ObjectRef, patch: Json): KubeObject {
  const live = existing(context, ref);
  return update(context, live, patched(live, patch) as KubeObject);
}

export function apply(
  context: WriteContext,
  ref: ObjectRef,
  applied: KubeObject,
  force: boolean,
): KubeObject {
  const { collection, writer } = context;
  if (applied.metadata.managedFields !== undefined) {
    throw new Refusal(400, 'BadRequest', 'metadata.managedFields must be nil');
  }
  const live = collection.get(ref);
  if (live === undefined && (applied.metadata.uid !== undefined || writer.subresource !== undefined)) {
    if (writer.subresource !== undefined) existing(context, ref);
    throw conflict(context, ref, 'uid mismatch: the object does not exist');
  }
  if (live !== undefined) {
    checkSameUid(context, live, applied.metadata.uid);
    checkPreconditions(context, live, applied.metadata);
  }
  const { apiVersion, kind } = applied;
  const base = live ?? { apiVersion, kind, metadata: placeOf(ref) };
  const visible = ofSubresource(context, applied);
  const result = applyFields(base, visible, writer, force);
  if ('conflicts' in result) {
    const causes = result.conflicts.map(({ manager, place }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${manager}"`,
      field: place
        .map((step) => (step.startsWith('f:') ? `.${step.slice(2)}` : `[${step.slice(2)}]`))
        .join(''),
    }));
    throw new Refusal(409, 'Conflict', `Apply failed with ${causes.length} conflicts`, causes);
  }
  return commit(context, live ?? null, result.object);
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Returns what is left of the object; null: nothing. */
export function remove(
  context: WriteContext,
  ref: ObjectRef,
  preconditions: Preconditions,
  now: string,
): KubeObject | null {
  const { collection } = context;
  const live = existing(context, ref);
  checkPreconditions(context, live, preconditions);
  const { finalizers = [], deletionTimestamp } = live.metadata;
  if (finalizers.length === 0 && collection.resource.isGraceful !== true) {
    collection.remove(ref);
    return null;
  }
  if (deletionTimestamp !== undefined) return live;
  const metadata = { ...live.metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 30 };
  return collection.put({ ...live, metadata });
}

function existing({ collection }: WriteContext, ref: ObjectRef): KubeObject {
  const live = collection.get(ref);
  if (live !== undefined) return live;
  const { plural, group } = collection.resource;
  throw new Refusal(404, 'NotFound', `${plural}${group === '' ? '' : `.${group}`} "${ref.name}" not found`);
}

function conflict({ collection }: WriteContext, { name }: ObjectRef, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${collection.resource.plural} "${name}": ${why}`;
  return new Refusal(409, 'Conflict', message);
}

function checkPreconditions(
  context: WriteContext,
  live: KubeObject,
  { uid, resourceVersion }: Preconditions,
): void {
  const { metadata } = live;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      context,
      metadata,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      context,
      metadata,
      'the object has been modified; please apply your changes to the latest version',
    );
  }
}

/** In a patch the uid is a field like others, and it can't change. */
function checkSameUid({ collection }: WriteContext, { metadata }: KubeObject, uid: string | undefined): void {
  if (uid === undefined || uid === metadata.uid) return;
  const message = `Invalid value: "${uid}": field is immutable`;
  const what = `${collection.resource.kind} "${metadata.name}" is invalid: metadata.uid: ${message}`;
  throw new Refusal(422, 'Invalid', what, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
}

/** Stores what was made of `live` by anything but an apply. */
function update(context: WriteContext, live: KubeObject, given: KubeObject): KubeObject {
  checkPreconditions(context, live, given.metadata);
  const { writer } = context;
  const object = finished(context, live, given);
  return isSame(object, live) ? live : commit(context, live, updateFields(live, object, writer));
}

function commit(context: WriteContext, live: KubeObject | null, object: KubeObject): KubeObject {
  const { collection } = context;
  const done = finished(context, live, object);
  const { deletionTimestamp, finalizers = [] } = done.metadata;
  if (deletionTimestamp !== undefined && finalizers.length === 0 && collection.resource.isGraceful !== true) {
    collection.remove(done.metadata);
    return done;
  }
  return collection.put(done);
}

/** Puts what belongs to the API server in its place, keeps what this door does not change, and checks the rest. */
function finished(context: WriteContext, live: KubeObject | null, given: KubeObject): KubeObject {
  const { collection, writer, newUid } = context;
  const { resource } = collection;
  const draft = throughDoor(context, live, given);
  resource.defaults?.(draft);
  const old: Partial<KubeObject['metadata']> = live?.metadata ?? {};
  Object.assign(draft.metadata, {
    uid: old.uid ?? newUid(),
    creationTimestamp: old.creationTimestamp ?? writer.time,
    generation: generationOf(live as unknown as Draft | null, draft),
  });
  for (const name of ['resourceVersion', 'deletionTimestamp'] as const) {
    if (old[name] === undefined) Reflect.deleteProperty(draft.metadata, name);
    else draft.metadata[name] = old[name];
  }
  const object = draft as unknown as KubeObject;
  const wrong = resource.validate?.(object) ?? [];
  if (wrong.length === 0) return object;
  const causes = wrong.map((message) => ({ message, field: message.replace(/:.*$/, '') }));
  const what = `${resource.kind} "${object.metadata.name}" is invalid: ${wrong.join('; ')}`;
  throw new Refusal(422, 'Invalid', what, causes);
}

/** `/status` changes nothing but the status, and the front door everything else. */
function throughDoor(
  { collection, writer }: WriteContext,
  live: KubeObject | null,
  given: KubeObject,
): Draft {
  const draft = jsonCopy(given) as unknown as Draft;
  if (collection.resource.hasStatus !== true) return draft;
  const before = jsonCopy(live) as unknown as Draft | null;
  const { managedFields } = draft.metadata;
  if (writer.subresource === 'status' && before !== null) {
    const metadata = { ...before.metadata, ...(managedFields !== undefined && { managedFields }) };
    Reflect.deleteProperty(before, 'status');
    return { ...before, metadata, ...(draft['status'] !== undefined && { status: draft['status'] }) };
  }
  Reflect.deleteProperty(draft, 'status');
  return before?.['status'] === undefined ? draft : { ...draft, status: before['status'] };
}

/** Counts what changes the wanted state. */
function generationOf(before: Draft | null, draft: Draft): number {
  const wanted = (object: Draft): Json =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'metadata' && name !== 'status'));
  const generation = Number(before?.metadata['generation'] ?? 0);
  return before !== null && isSame(wanted(before), wanted(draft)) ? generation : generation + 1;
}

/** An apply through `/status` is about the status, one through the front door about everything else. */
function ofSubresource({ collection, writer }: WriteContext, applied: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = applied as KubeObject & { status?: unknown };
  const { status, ...others } = rest;
  if (writer.subresource === 'status') {
    return Object.assign(
      { apiVersion, kind, metadata: placeOf(metadata) },
      status !== undefined && { status },
    );
  }
  return collection.resource.hasStatus === true ? { apiVersion, kind, metadata, ...others } : applied;
}

function placeOf({ namespace, name }: ObjectRef): KubeObject['metadata'] {
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** RFC 7386. */
export function patched(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Json = isMap(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = patched(result[name], value);
  }
  return result;
}
