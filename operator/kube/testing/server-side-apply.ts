import { FieldSet, isMap, itemStep, removeAt, valueAt } from './field-set.ts';
import { isSame } from '../merge-patch.ts';
import { jsonCopy } from './json-copy.ts';
import { isItemWithFields, keysOf } from './list-keys.ts';
import type { Json, Place } from './field-set.ts';
import type { KubeObject, ManagedFields } from '../object.ts';

/** Who writes, and through which door. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** RFC 3339, whole seconds. */
  readonly time: string;
}

/** Somebody else owns a field, and wants another value in it. */
export interface FieldConflict {
  readonly manager: string;
  readonly place: Place;
}

interface Entry {
  readonly writer: Writer;
  readonly owned: FieldSet;
}

/**
 * What server-side apply makes of an object: the applied fields become so, and what this manager applied before and does not any more goes
 * away, unless somebody else owns it, too.
 */
export function applyFields(
  live: KubeObject,
  applied: KubeObject,
  writer: Writer,
  force: boolean,
): { readonly object: KubeObject } | { readonly conflicts: readonly FieldConflict[] } {
  const owned = FieldSet.of(applied);
  const entries = entriesOf(live);
  const before = entries.find((entry) => isSameWriter(entry.writer, writer))?.owned ?? new FieldSet();
  const others = entries.filter((entry) => !isSameWriter(entry.writer, writer));
  const conflicts = others.flatMap((entry) =>
    entry.owned.places
      .filter((place) => owned.has(place) && !isSame(valueAt(live, place), valueAt(applied, place)))
      // An item is there or not; only what is in it has a value.
      .filter((place) => !isItemWithFields(place))
      .map((place) => ({ manager: entry.writer.manager, place })),
  );
  if (conflicts.length > 0 && !force) return { conflicts };

  const object = jsonCopy(live) as KubeObject & Json;
  mergeInto(object, withoutServersOwn(applied), []);
  const lost = new FieldSet(conflicts.map(({ place }) => place));
  const left = others.map((entry) => ({ ...entry, owned: entry.owned.minus(lost) }));
  // Items before what is in them; what tells an item apart goes only with it.
  const dropped = before.minus(owned).places.toSorted((a, b) => a.length - b.length);
  for (const place of dropped.filter((one) => !isKeyField(one))) {
    const isOthers = left.some(({ owned: theirs }) =>
      isItemWithFields(place) ? theirs.touches(place) : theirs.has(place),
    );
    if (!isOthers) removeAt(object, place);
  }
  return { object: withManagers(object, [...left, { writer, owned }], entries) };
}

/** Books who owns what after a write that was not an apply: what it changed is the writer's, and what is gone is nobody's. */
export function updateFields(live: KubeObject | null, object: KubeObject, writer: Writer): KubeObject {
  const now = FieldSet.of(object);
  const changed = now.filter((place) => {
    const before = valueAt(live, place);
    return isItemWithFields(place) ? before === undefined : !isSame(before, valueAt(object, place));
  });
  const entries = live === null ? [] : entriesOf(live);
  const mine = entries.find((entry) => isSameWriter(entry.writer, writer))?.owned ?? new FieldSet();
  const others = entries
    .filter((entry) => !isSameWriter(entry.writer, writer))
    .map(({ writer: other, owned }) => ({
      writer: other,
      owned: owned.filter((place) => isThere(object, place) && !changed.has(place)),
    }));
  const owned = mine.plus(changed).filter((place) => isThere(object, place));
  return withManagers(jsonCopy(object), [...others, { writer, owned }], entries);
}

function isThere(object: KubeObject, place: Place): boolean {
  return valueAt(object, place) !== undefined;
}

function isKeyField(place: Place): boolean {
  const item = place.at(-2);
  if (item?.startsWith('k:') !== true) return false;
  return Object.hasOwn(JSON.parse(item.slice(2)) as Json, place.at(-1)?.slice(2) ?? '');
}

function isSameWriter(a: Writer, b: Writer): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource
  );
}

function entriesOf(object: KubeObject): Entry[] {
  return (object.metadata.managedFields ?? []).map(
    ({ manager = '', operation = 'Update', apiVersion = '', time = '', fieldsV1 = {}, subresource }) => ({
      writer: { manager, operation, apiVersion, time, subresource },
      owned: FieldSet.fromFieldsV1(fieldsV1),
    }),
  );
}

/** Who owned the same before keeps the time of that. */
function withManagers(object: KubeObject, entries: readonly Entry[], before: readonly Entry[]): KubeObject {
  const managedFields = entries
    .filter(({ owned }) => owned.size > 0)
    .map(({ writer, owned }): ManagedFields => {
      const same = before.find((entry) => isSameWriter(entry.writer, writer) && entry.owned.equals(owned));
      const { manager, operation, apiVersion, subresource } = writer;
      return {
        manager,
        operation,
        apiVersion,
        time: same?.writer.time ?? writer.time,
        fieldsType: 'FieldsV1',
        fieldsV1: owned.toFieldsV1(),
        ...(subresource !== undefined && { subresource }),
      };
    })
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function nameOf({ manager, operation, subresource }: ManagedFields): string {
  return [operation, manager, subresource].join(' ');
}

function withoutServersOwn(applied: KubeObject): Json {
  const metadata: Json = { ...applied.metadata };
  for (const name of ['managedFields', 'resourceVersion', 'uid']) Reflect.deleteProperty(metadata, name);
  return jsonCopy({ ...applied, metadata });
}

function mergeInto(target: Json, applied: Json, at: Place): void {
  for (const [name, value] of Object.entries(applied)) {
    if (value === undefined || value === null) continue;
    const place = [...at, `f:${name}`];
    const keys = keysOf(value, place);
    const before = target[name];
    if (Array.isArray(value) && keys === 'set') target[name] = union(before, value);
    else if (Array.isArray(value) && Array.isArray(keys)) {
      target[name] = mergeItems(
        Array.isArray(before) ? (before as Json[]) : [],
        value as Json[],
        keys,
        place,
      );
    } else if (isMap(value) && keys === null) {
      const into = isMap(before) ? before : {};
      mergeInto(into, value, place);
      target[name] = into;
    } else target[name] = value;
  }
}

function union(before: unknown, applied: readonly unknown[]): unknown[] {
  const items = Array.isArray(before) ? [...(before as unknown[])] : [];
  for (const item of applied) if (!items.some((other) => isSame(other, item))) items.push(item);
  return items;
}

function mergeItems(before: Json[], applied: readonly Json[], keys: readonly string[], at: Place): Json[] {
  for (const item of applied) {
    const step = itemStep(item, keys);
    const same = before.find((other) => itemStep(other, keys) === step);
    if (same === undefined) before.push(item);
    else mergeInto(same, item, [...at, step]);
  }
  return before;
}
