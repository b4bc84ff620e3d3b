import { isAtLeast, keyOf } from './object.ts';
import type { KubeObject } from './object.ts';

/** One object's step from one state to the next. The old state is there to find out whom it concerns, not to act on. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly key: string;
  /** Absent when it is new. */
  readonly before?: T;
  /** Absent when it is gone. */
  readonly after?: T;
}

/** Should only note the key, and should not throw. */
export type ChangeListener<T extends KubeObject = KubeObject> = (change: Change<T>) => void;

export interface StoreOptions<T extends KubeObject> {
  /** By the index's name: under which values an object is found in it. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** What is kept of an object; for what is large and not needed. */
  readonly transform?: (object: T) => T;
  /** A listener threw; the others have been told all the same. */
  readonly listenerFailed?: (error: unknown) => void;
}

/**
 * What is known of the objects of one kind, as plain JSON that nobody may change. One or several reflectors feed it, each with a scope of
 * its own: a namespace, or `null` for all of them.
 */
export class Store<T extends KubeObject = KubeObject> {
  readonly #options: StoreOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #listeners = new Set<ChangeListener<T>>();
  /** By scope: everything up to this version is in here. */
  readonly #seen = new Map<string | null, string>();

  constructor(options: StoreOptions<T> = {}) {
    this.#options = options;
    for (const name of Object.keys(options.indexes ?? {})) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** What an index has under a value. */
  by(index: string, value: string): readonly T[] {
    const entries = this.#indexes.get(index);
    if (entries === undefined) throw new Error(`no index ${index}`);
    return [...(entries.get(value) ?? [])].map((key) => this.#objects.get(key) as T);
  }

  /**
   * Whether a version is already reflected here: whoever has written, and got this version back, does not look at an older state before
   * deciding again. True where versions can't be compared.
   */
  hasSeen(resourceVersion: string, namespace?: string): boolean {
    const seen = this.#seen.get(namespace ?? null) ?? this.#seen.get(null);
    return seen !== undefined && isAtLeast(seen, resourceVersion) !== false;
  }

  /** Returns the function that ends it. Objects that are here already are not told of. */
  subscribe(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** For a reflector: these are all the objects of its scope. */
  replace(scope: string | null, objects: readonly T[], resourceVersion: string): void {
    const gone = new Set(this.#keysIn(scope));
    this.advance(scope, resourceVersion);
    for (const object of objects) {
      gone.delete(keyOf(object.metadata));
      this.#put(object);
    }
    for (const key of gone) this.remove(key);
  }

  /** For a reflector: this object is new or another. */
  put(scope: string | null, object: T): void {
    this.advance(scope, object.metadata.resourceVersion as string);
    this.#put(object);
  }

  /** For a reflector: there is no such object any more. */
  remove(key: string): void {
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    this.#index(key, before, 'delete');
    this.#tell({ key, before });
  }

  /** For a reflector: everything up to this version is in here. */
  advance(scope: string | null, resourceVersion: string): void {
    this.#seen.set(scope, resourceVersion);
  }

  #put(given: T): void {
    const key = keyOf(given.metadata);
    let before = this.#objects.get(key);
    if (before !== undefined && before.metadata.uid !== given.metadata.uid) {
      // Deleted and made anew while nobody watched: two changes.
      this.remove(key);
      before = undefined;
    }
    if (before !== undefined && before.metadata.resourceVersion === given.metadata.resourceVersion) return;
    const after = this.#options.transform?.(given) ?? given;
    if (before !== undefined) this.#index(key, before, 'delete');
    this.#objects.set(key, after);
    this.#index(key, after, 'add');
    this.#tell({ key, ...(before !== undefined && { before }), after });
  }

  #keysIn(scope: string | null): readonly string[] {
    const keys = this.keys();
    return scope === null ? keys : keys.filter((key) => key.startsWith(`${scope}/`));
  }

  #index(key: string, object: T, change: 'add' | 'delete'): void {
    for (const [name, values] of Object.entries(this.#options.indexes ?? {})) {
      const entries = this.#indexes.get(name) as Map<string, Set<string>>;
      for (const value of values(object)) {
        const keys = entries.get(value) ?? new Set();
        keys[change](key);
        if (keys.size === 0) entries.delete(value);
        else entries.set(value, keys);
      }
    }
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.listenerFailed?.(error);
      }
    }
  }
}
