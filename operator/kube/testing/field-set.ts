import { isSame } from '../merge-patch.ts';
import { isItemWithFields, keysOf } from './list-keys.ts';
import type { FieldsV1 } from '../object.ts';

/**
 * Which fields of an object somebody owns, as places: steps of `f:name`, `k:{…}` and `v:…` as in `FieldsV1`. A keyed list's item is a
 * place of its own, besides the fields in it.
 */
export type Place = readonly string[];

export class FieldSet {
  readonly #places = new Map<string, Place>();

  constructor(places: Iterable<Place> = []) {
    for (const place of places) this.#places.set(JSON.stringify(place), place);
  }

  /** Every field that this object has, less what belongs to the API server. */
  static of(object: object): FieldSet {
    return new FieldSet(placesIn(object, []).filter((place) => !isServersOwn(place)));
  }

  static fromFieldsV1(fields: FieldsV1): FieldSet {
    return new FieldSet(readFields(fields, []));
  }

  get size(): number {
    return this.#places.size;
  }

  get places(): readonly Place[] {
    return [...this.#places.values()];
  }

  has(place: Place): boolean {
    return this.#places.has(JSON.stringify(place));
  }

  /** Whether something at this place or in it is owned. */
  touches(place: Place): boolean {
    return this.places.some((other) => place.every((step, index) => other[index] === step));
  }

  plus(other: FieldSet): FieldSet {
    const sum = this.filter(() => true);
    for (const [key, place] of other.#places) sum.#places.set(key, place);
    return sum;
  }

  minus(other: FieldSet): FieldSet {
    const left = new FieldSet();
    for (const [key, place] of this.#places) if (!other.#places.has(key)) left.#places.set(key, place);
    return left;
  }

  filter(keep: (place: Place) => boolean): FieldSet {
    const kept = new FieldSet();
    for (const [key, place] of this.#places) if (keep(place)) kept.#places.set(key, place);
    return kept;
  }

  equals(other: FieldSet): boolean {
    return this.size === other.size && [...this.#places.keys()].every((key) => other.#places.has(key));
  }

  toFieldsV1(): FieldsV1 {
    interface Tree {
      [step: string]: Tree;
    }
    const root: Tree = {};
    const sorted = [...this.#places.keys()].sort().map((key) => this.#places.get(key) as Place);
    for (const place of sorted) {
      let tree = root;
      for (const step of place) tree = tree[step] ??= {};
      // The place itself, where other places are in it.
      if (isItemWithFields(place)) tree['.'] = {};
    }
    return root;
  }
}

function readFields(fields: FieldsV1, at: Place): Place[] {
  const steps = Object.entries(fields);
  if (steps.length === 0) return [at];
  return steps.flatMap(([step, inner]) => (step === '.' ? [at] : readFields(inner, [...at, step])));
}

/** The places of everything in a value. */
export function placesIn(value: unknown, at: Place): Place[] {
  const keys = keysOf(value, at);
  if (Array.isArray(value) && keys === 'set')
    return value.map((item) => [...at, `v:${JSON.stringify(item)}`]);
  if (Array.isArray(value) && Array.isArray(keys)) {
    return value.flatMap((item) => {
      const place = [...at, itemStep(item as Json, keys)];
      return isItemWithFields(place) ? [place, ...fieldsIn(item as Json, place)] : [place];
    });
  }
  if (!isMap(value) || keys === 'atomic') return [at];
  const places = fieldsIn(value, at);
  return places.length === 0 && at.length > 0 ? [at] : places;
}

function fieldsIn(value: Json, at: Place): Place[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined || inner === null ? [] : placesIn(inner, [...at, `f:${name}`]),
  );
}

export type Json = Record<string, unknown>;

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function itemStep(item: Json, keys: readonly string[]): string {
  const key: Json = {};
  for (const name of keys) key[name] = item[name] ?? KEY_DEFAULTS[name];
  return `k:${JSON.stringify(key)}`;
}

const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

const SERVERS_OWN = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

function isServersOwn([first, second]: Place): boolean {
  if (first === 'f:apiVersion' || first === 'f:kind') return true;
  return first === 'f:metadata' && (second === undefined || SERVERS_OWN.has(second.slice(2)));
}

/** What is at a place; `undefined` where there is nothing. */
export function valueAt(object: unknown, place: Place): unknown {
  let value = object;
  for (const step of place) {
    if (step.startsWith('f:')) value = isMap(value) ? value[step.slice(2)] : undefined;
    else value = Array.isArray(value) ? (value as unknown[]).find((item) => isItem(item, step)) : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** Takes away what is at a place, and the maps and lists that become empty by it. */
export function removeAt(object: unknown, place: Place): void {
  const [step, ...rest] = place;
  if (step === undefined) return;
  if (Array.isArray(object)) {
    const index = (object as unknown[]).findIndex((item) => isItem(item, step));
    if (index === -1) return;
    if (rest.length === 0) object.splice(index, 1);
    else removeAt(object[index], rest);
    return;
  }
  if (!isMap(object)) return;
  const name = step.slice(2);
  if (rest.length > 0) removeAt(object[name], rest);
  if (rest.length === 0 || isEmpty(object[name])) Reflect.deleteProperty(object, name);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

function isItem(item: unknown, step: string): boolean {
  const wanted: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return isSame(item, wanted);
  if (!isMap(item) || !isMap(wanted)) return false;
  return Object.entries(wanted).every(([name, value]) => isSame(item[name] ?? KEY_DEFAULTS[name], value));
}
