import { isSame } from '../merge-patch.ts';
import { keyOf } from '../object.ts';
import type { KubeObject, ObjectRef, Resource } from '../object.ts';

/** A kind as the fake API server serves it. */
export interface FakeResource extends Resource {
  /** Whether `/status` is written by itself. */
  readonly hasStatus?: boolean;
  /** Whether a delete leaves it in place, marked, until `finish` is called: pods, whose kubelet has to stop them first. */
  readonly isGraceful?: boolean;
  /** Fills in what the API server fills in. Gets a draft that it may change. */
  readonly defaults?: (draft: Draft) => void;
  /** What is wrong with an object; empty: nothing. */
  readonly validate?: (object: KubeObject) => readonly string[];
}

/** An object that may be changed: of tests, and of the fake API server itself. */
export type Draft = Record<string, unknown> & { metadata: Record<string, unknown> };

export interface StoredEvent {
  readonly version: number;
  /** Absent when it was new. */
  readonly before: KubeObject | undefined;
  /** Absent when it is gone. */
  readonly after: KubeObject | undefined;
}

type Listener = (event: StoredEvent) => void;

const HISTORY_MAX = 10_000;

/** The versions that all collections of one API server share. */
export class Versions {
  #current: number;

  constructor(first: number) {
    this.#current = first;
  }

  get current(): number {
    return this.#current;
  }

  next(): number {
    this.#current += 1;
    return this.#current;
  }
}

/** The objects of one kind, and what happened to them. */
export class Collection {
  readonly resource: FakeResource;
  readonly #versions: Versions;
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<Listener>();
  #history: StoredEvent[] = [];
  /** Nobody can go on from before this version. */
  #compacted: number;

  constructor(resource: FakeResource, versions: Versions) {
    this.resource = resource;
    this.#versions = versions;
    this.#compacted = versions.current;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** In the order of their keys, as etcd has them. */
  list(): readonly KubeObject[] {
    return [...this.#objects.keys()].sort().map((key) => this.#objects.get(key) as KubeObject);
  }

  /** Stores it with a new version. Without a change in it nothing happens. */
  put(object: KubeObject): KubeObject {
    const key = keyOf(object.metadata);
    const before = this.#objects.get(key);
    if (before !== undefined && isSame(before, object)) return before;
    const version = this.#versions.next();
    const after = withVersion(object, version);
    this.#objects.set(key, after);
    this.#record({ version, before, after });
    return after;
  }

  remove(ref: ObjectRef): KubeObject | undefined {
    const key = keyOf(ref);
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    const version = this.#versions.next();
    this.#objects.delete(key);
    // A deletion's event has the version of the deletion.
    this.#record({ version, before: withVersion(before, version), after: undefined });
    return before;
  }

  /** Forgets what happened up to now: whoever wants to go on from before has to list anew. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#versions.current;
  }

  /** What happened after a version; null: that is no longer known. */
  since(version: number): readonly StoredEvent[] | null {
    if (version < this.#compacted) return null;
    return this.#history.filter((event) => event.version > version);
  }

  /** Returns the function that ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #record(event: StoredEvent): void {
    this.#history.push(event);
    if (this.#history.length > HISTORY_MAX) this.#compacted = this.#history.shift()?.version ?? 0;
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function withVersion(object: KubeObject, version: number): KubeObject {
  return deepFrozen({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
}

/** What is stored is shared with those who look at it; nobody changes it by mistake. */
function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFrozen(inner);
  return Object.freeze(value);
}
