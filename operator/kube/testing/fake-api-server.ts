import { Collection, Versions } from './collections.ts';
import { Fault, statusResponse, writes } from './faults.ts';
import { CutError, FakeWatch } from './fake-watch.ts';
import { jsonCopy } from './json-copy.ts';
import { matcherOf, Pages } from './read-operations.ts';
import { serveWrite } from './serve-write.ts';
import { json } from './faults.ts';
import { create, Refusal, replace } from './write-operations.ts';
import { parseRequest } from './routes.ts';
import { apiVersionOf, keyOf } from '../object.ts';
import type { Draft, FakeResource } from './collections.ts';
import type { Effect, FakeRequest, FakeResponse, Match } from './faults.ts';
import type { RawRequest } from './routes.ts';
import type { WriteContext } from './write-operations.ts';
import type { Clock } from '../clock.ts';
import type { KubeObject, ObjectRef, Resource } from '../object.ts';

export interface FakeApiServerOptions {
  readonly clock: Clock;
  readonly resources: readonly FakeResource[];
  readonly firstVersion?: number;
  /** How often watches get a bookmark; null: only when a test sends one. */
  readonly bookmarkMs?: number | null;
  /** Whether a watch from a version that is gone is refused at once, or accepted and ended by an event. API servers do both. */
  readonly goneAs?: 'status' | 'event';
}

/** A request that was served, or was not. */
export interface RequestRecord {
  readonly verb: FakeRequest['verb'];
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** Null: no answer. */
  readonly status: number | null;
}

const RECORDS_MAX = 100_000;

/**
 * An API server in memory: collections with versions, paged lists, watches with bookmarks, server-side apply, preconditions, the status
 * subresource. It behaves, unless a test wants it to misbehave; see {@link inject} and `faults.ts`.
 *
 * Reached in process by {@link FakeTransport}, or over real sockets by {@link FakeHttpServer}.
 */
export class FakeApiServer {
  readonly #options: FakeApiServerOptions;
  readonly #versions: Versions;
  readonly #collections = new Map<string, Collection>();
  readonly #pages = new Pages();
  readonly #watches = new Set<FakeWatch>();
  #faults: Fault[] = [];
  #records: RequestRecord[] = [];
  #uids = 0;
  #away = false;
  /** Tokens that are let in; null: everybody is. */
  tokens: ReadonlySet<string> | null = null;

  constructor(options: FakeApiServerOptions) {
    this.#options = options;
    this.#versions = new Versions(options.firstVersion ?? 1000);
    for (const resource of options.resources) {
      this.#collections.set(idOf(resource), new Collection(resource, this.#versions));
    }
  }

  // What a test sees and does, past all faults.
  /* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- a test says what it knows the type to be */

  get version(): string {
    return String(this.#versions.current);
  }

  get watches(): readonly FakeWatch[] {
    return [...this.#watches];
  }

  /** What was asked for, in the order of the answers. */
  get requests(): readonly RequestRecord[] {
    return this.#records;
  }

  get writes(): readonly RequestRecord[] {
    return this.#records.filter(({ verb }) => writes.includes(verb));
  }

  forgetRequests(): void {
    this.#records = [];
  }

  get<T extends KubeObject = KubeObject>(resource: Resource, ref: ObjectRef): T | undefined {
    return this.#collection(resource).get(ref) as T | undefined;
  }

  list<T extends KubeObject = KubeObject>(resource: Resource): readonly T[] {
    return this.#collection(resource).list() as readonly T[];
  }

  /** Creates an object, as somebody else would. */
  create<T extends KubeObject = KubeObject>(
    resource: Resource,
    object: object,
    manager = 'kubectl-create',
  ): T {
    const {
      apiVersion = apiVersionOf(resource),
      kind = resource.kind,
      ...rest
    } = object as Partial<KubeObject>;
    const whole = { apiVersion, kind, ...rest } as KubeObject;
    return create(this.#context(this.#collection(resource), manager), whole) as T;
  }

  /** Changes an object, as somebody else would. Status and all other fields can be changed in one go. */
  edit<T extends KubeObject = KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    change: (draft: Draft) => void,
    manager = 'kubectl-edit',
  ): T {
    const collection = this.#collection(resource);
    const edited = (subresource?: 'status'): KubeObject => {
      const live = collection.get(ref);
      if (live === undefined) throw new Error(`no ${resource.kind} ${keyOf(ref)}`);
      const draft = jsonCopy(live) as unknown as Draft;
      change(draft);
      return replace(this.#context(collection, manager, subresource), ref, draft as unknown as KubeObject);
    };
    if (collection.resource.hasStatus === true) edited('status');
    return edited() as T;
  }

  /* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

  /** Takes an object away at once, whatever holds it: also the end of a graceful deletion. */
  remove(resource: Resource, ref: ObjectRef): void {
    this.#collection(resource).remove(ref);
  }

  /** Takes away what has owners of which none is left, as the garbage collector does. */
  collectGarbage(): void {
    for (let found = true; found;) {
      found = false;
      const uids = new Set(this.#all().map(({ object }) => object.metadata.uid));
      for (const { collection, object } of this.#all()) {
        const { ownerReferences = [] } = object.metadata;
        if (ownerReferences.length === 0 || ownerReferences.some(({ uid }) => uids.has(uid))) continue;
        collection.remove(object.metadata);
        found = true;
      }
    }
  }

  // Misbehaviour.

  inject(match: Match, effect: Effect): Fault {
    const fault = new Fault(match, effect);
    this.#faults.push(fault);
    return fault;
  }

  removeFaults(): void {
    this.#faults = [];
  }

  /** Forgets the past: watches that go on from before, and lists that have begun, are told so. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact();
    this.#pages.compact();
  }

  /** Answers lists of this kind as they are now, whatever happens. */
  staleLists(resource: Resource, match: Match = {}): Fault {
    const collection = this.#collection(resource);
    const then = new Collection(collection.resource, this.#versions);
    const current = this.#versions.current;
    const objects = collection.list();
    then.list = () => objects;
    return this.inject({ verb: 'list', plural: resource.plural, times: Infinity, ...match }, (request) =>
      Promise.resolve(json(200, this.#pages.list(then, request, current))),
    );
  }

  get away(): boolean {
    return this.#away;
  }

  /** Stops serving; what it stores stays. Every watch breaks. */
  goAway(): void {
    this.#away = true;
    for (const watch of this.watches) watch.cut();
  }

  comeBack(): void {
    this.#away = false;
  }

  // Serving.

  /** Rejects when the connection is to be cut. */
  async handle(raw: RawRequest): Promise<FakeResponse> {
    if (this.#away) throw new CutError();
    const token = /^Bearer (.+)$/.exec(String(raw.headers['authorization']))?.[1] ?? '';
    if (this.tokens?.has(token) === false) return statusResponse(401, 'Unauthorized', 'Unauthorized');
    const request = parseRequest(raw);
    if (request === null) return this.#discover(raw.path) ?? statusResponse(404, 'NotFound', 'no such path');
    let status: number | null = null;
    try {
      let perform = (): Promise<FakeResponse> => this.#serve(request);
      for (const effect of this.#faults.flatMap((fault) => fault.take(request) ?? [])) {
        const inner = perform;
        perform = () => effect(request, inner);
      }
      const response = await perform();
      ({ status } = response);
      return response;
    } finally {
      const { verb, plural, namespace, name, subresource } = request;
      if (this.#records.length < RECORDS_MAX) {
        this.#records.push({ verb, plural, namespace, name, subresource, status });
      }
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to be a rejection
  async #serve(request: FakeRequest): Promise<FakeResponse> {
    if (this.#away) throw new CutError();
    const collection = this.#collections.get(request.path);
    if (collection === undefined)
      return statusResponse(404, 'NotFound', 'the server could not find the requested resource');
    try {
      switch (request.verb) {
        case 'list':
          return json(200, this.#pages.list(collection, request, this.#versions.current));
        case 'watch':
          return this.#watch(collection, request);
        case 'get':
          return json(200, this.#existing(collection, request));
        default:
          return serveWrite(request, collection, (manager, operation) =>
            this.#context(collection, manager, request.subresource, operation),
          );
      }
    } catch (error) {
      if (error instanceof Refusal) return error.response;
      if (error instanceof SyntaxError) return statusResponse(400, 'BadRequest', error.message);
      throw error;
    }
  }

  #existing(collection: Collection, request: FakeRequest): KubeObject {
    const found = collection.get({ namespace: request.namespace, name: request.name ?? '' });
    if (found !== undefined) return found;
    throw new Refusal(404, 'NotFound', `${request.plural} "${request.name ?? ''}" not found`);
  }

  #watch(collection: Collection, request: FakeRequest): FakeResponse {
    const { query, signal } = request;
    const { clock, bookmarkMs = 60_000, goneAs = 'event' } = this.#options;
    const from = query.get('resourceVersion') ?? '';
    const version = from === '' || from === '0' ? null : Number(from);
    if (version !== null && goneAs === 'status' && collection.since(version) === null) {
      throw new Refusal(410, 'Expired', `too old resource version: ${version} (${this.#versions.current})`);
    }
    const watch = new FakeWatch({
      collection,
      matches: matcherOf(request),
      version,
      timeoutMs: Number(query.get('timeoutSeconds') ?? 1800) * 1000,
      bookmarkMs: query.get('allowWatchBookmarks') === 'true' ? bookmarkMs : null,
      clock,
      current: () => this.#versions.current,
      ended: (ended) => this.#watches.delete(ended),
    });
    if (!watch.over) this.#watches.add(watch);
    signal.addEventListener('abort', () => watch.left(), { once: true });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: watch };
  }

  #discover(path: string): FakeResponse | null {
    const [, group = '', version = ''] =
      /^\/apis\/([^/]+)\/([^/?]+)$/.exec(path) ?? /^\/api()\/(v1)$/.exec(path) ?? [];
    const resources = [...this.#collections.values()]
      .map(({ resource }) => resource)
      .filter((resource) => resource.group === group && resource.version === version)
      .map(({ plural, kind, namespaced }) => ({ name: plural, kind, namespaced }));
    return resources.length === 0
      ? null
      : json(200, { kind: 'APIResourceList', apiVersion: 'v1', resources });
  }

  #context(
    collection: Collection,
    manager: string,
    subresource?: string,
    operation: 'Apply' | 'Update' = 'Update',
  ): WriteContext {
    const time = new Date(Math.floor(this.#options.clock.wallMs() / 1000) * 1000)
      .toISOString()
      .replace('.000', '');
    const apiVersion = apiVersionOf(collection.resource);
    const newUid = (): string => {
      this.#uids += 1;
      return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
    };
    return { collection, writer: { manager, operation, apiVersion, subresource, time }, newUid };
  }

  #collection(resource: Resource): Collection {
    const collection = this.#collections.get(idOf(resource));
    if (collection === undefined) throw new Error(`the fake API server has no ${resource.plural}`);
    return collection;
  }

  #all(): { collection: Collection; object: KubeObject }[] {
    return [...this.#collections.values()].flatMap((collection) =>
      collection.list().map((object) => ({ collection, object })),
    );
  }
}

function idOf({ group, version, plural }: Resource): string {
  return `${group}/${version}/${plural}`;
}
