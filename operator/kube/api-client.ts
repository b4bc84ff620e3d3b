import { apiVersionOf, keyOf } from './object.ts';
import { abortable, withDeadline } from './deadline.ts';
import { ApiError, errorOf, isGone, isNotFound, NoAnswerError } from './errors.ts';
import { collectionPath, groupPath, objectPath, withQuery } from './paths.ts';
import { WatchStream } from './watch-stream.ts';
import type { Clock } from './clock.ts';
import type { Status } from './errors.ts';
import type { KubeObject, ObjectRef, Resource } from './object.ts';
import type { Selection } from './paths.ts';
import type { Method, Transport, TransportRequest, TransportResponse } from './transport.ts';

export interface ApiClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** The name under which the API server books the fields that this client writes. */
  readonly fieldManager: string;
  readonly userAgent: string;
  /** One request with its answer, ms. */
  readonly timeoutMs?: number;
  /** Answers beyond this are an error. */
  readonly bodyBytesMax?: number;
  readonly observer?: ClientObserver;
  /** Called right before every write; what it throws is the write's failure, and nothing is sent. */
  readonly beforeWrite?: () => void;
}

export interface ClientObserver {
  /** `status` is null when there was no answer. */
  requestDone(method: Method, host: string, status: number | null, durationMs: number): void;
}

export interface ListPage<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Null on the last page. */
  readonly continue: string | null;
}

export interface ListOptions extends Selection {
  readonly limit?: number;
  readonly continue?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** After this the API server ends the watch by itself, s. */
  readonly timeoutSeconds: number;
  /** A watch without even a bookmark for this long is given up, ms. API servers send one about every minute. */
  readonly inactivityMs: number;
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  readonly subresource?: 'status' | 'scale';
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields over that another manager owns; on unless switched off. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** Both have to be those of the object that was looked at, so that nothing else is deleted by mistake. */
  readonly uid: string;
  readonly resourceVersion: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Exchange {
  readonly method: Method;
  readonly path: string;
  readonly what: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Requests to the API server, in plain JSON. Each has a deadline and is sent once: whoever asked knows best whether and when to ask again,
 * and the error says what is known ({@link ApiError}, {@link NoAnswerError}).
 */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  async get<T extends KubeObject = KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    { subresource, signal }: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(resource, ref, subresource);
    return (await this.#json({ method: 'GET', path, what: this.#what('get', resource, ref), signal })) as T;
  }

  /** Null where there is none. */
  async find<T extends KubeObject = KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    options: WriteOptions = {},
  ): Promise<T | null> {
    try {
      return await this.get<T>(resource, ref, options);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** One page. */
  async list<T extends KubeObject = KubeObject>(
    resource: Resource,
    { namespace, labelSelector, fieldSelector, limit, continue: next, signal }: ListOptions = {},
  ): Promise<ListPage<T>> {
    const path = withQuery(collectionPath(resource, namespace), {
      labelSelector,
      fieldSelector,
      limit,
      continue: next,
    });
    const what = this.#what('list', resource);
    const { items, metadata } = (await this.#json({ method: 'GET', path, what, signal })) as {
      readonly items?: readonly T[] | null;
      readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
    };
    if (metadata?.resourceVersion === undefined) throw new NoAnswerError(`${what}: the answer is no list`);
    const apiVersion = apiVersionOf(resource);
    return {
      // Lists leave out what all their items have in common; watches don't. From here on there is no difference.
      items: (items ?? []).map((item) => ({ ...item, apiVersion, kind: resource.kind })),
      resourceVersion: metadata.resourceVersion,
      continue: metadata.continue === undefined || metadata.continue === '' ? null : metadata.continue,
    };
  }

  /** Every page, all as of one version. When that version is gone before the last page, it starts over without pages. */
  async listAll<T extends KubeObject = KubeObject>(
    resource: Resource,
    options: Omit<ListOptions, 'continue'> = {},
  ): Promise<Omit<ListPage<T>, 'continue'>> {
    const items: T[] = [];
    let page = await this.list<T>(resource, options);
    while (page.continue !== null) {
      items.push(...page.items);
      try {
        page = await this.list<T>(resource, { ...options, continue: page.continue });
      } catch (error) {
        if (!isGone(error)) throw error;
        const { namespace, labelSelector, fieldSelector, signal } = options;
        return this.list<T>(resource, { namespace, labelSelector, fieldSelector, signal });
      }
    }
    return { items: items.concat(page.items), resourceVersion: page.resourceVersion };
  }

  /** Resolves when the API server has accepted the watch. */
  async watch(resource: Resource, options: WatchOptions): Promise<WatchStream> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
    const path = withQuery(collectionPath(resource, namespace), {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector,
      fieldSelector,
      resourceVersion,
      timeoutSeconds,
    });
    const { clock, timeoutMs = TIMEOUT_MS } = this.#options;
    const reading = new AbortController();
    const stop = (): void => reading.abort(options.signal.reason);
    options.signal.addEventListener('abort', stop, { once: true });
    const what = this.#what('watch', resource);
    try {
      const response = await withDeadline(clock, timeoutMs, options.signal, (signal) => {
        signal.addEventListener('abort', () => reading.abort(signal.reason), { once: true });
        return this.#send({ method: 'GET', path, what }, reading.signal);
      });
      if (response.status !== 200) {
        throw await withDeadline(clock, timeoutMs, options.signal, () => this.#refusal(what, response));
      }
      return new WatchStream(response.body, { clock, reading, inactivityMs: options.inactivityMs }, () =>
        options.signal.removeEventListener('abort', stop),
      );
    } catch (error) {
      options.signal.removeEventListener('abort', stop);
      reading.abort();
      throw knownError(what, error);
    }
  }

  async create<T extends KubeObject>(
    resource: Resource,
    object: T,
    { signal }: WriteOptions = {},
  ): Promise<T> {
    const path = withQuery(collectionPath(resource, object.metadata.namespace), this.#manager());
    const what = this.#what('create', resource, object.metadata);
    return (await this.#json({ method: 'POST', path, what, body: object, signal })) as T;
  }

  /** Writes the whole object; its `resourceVersion` has to be the one that it was read with. */
  async replace<T extends KubeObject>(
    resource: Resource,
    object: T,
    { subresource, signal }: WriteOptions = {},
  ): Promise<T> {
    const path = withQuery(objectPath(resource, object.metadata, subresource), this.#manager());
    const what = this.#what('replace', resource, object.metadata);
    return (await this.#json({ method: 'PUT', path, what, body: object, signal })) as T;
  }

  /**
   * Server-side apply: makes these fields so, leaves the others alone, takes away those that this manager applied before and does not any
   * more. With a `uid` in it, it is refused when the object is another one or gone, with a `resourceVersion`, too, when it has changed.
   */
  async apply<T extends KubeObject = KubeObject>(
    resource: Resource,
    object: KubeObject,
    { force = true, subresource, signal }: ApplyOptions = {},
  ): Promise<T> {
    const { uid, resourceVersion } = object.metadata;
    const what = this.#what('apply', resource, object.metadata);
    if (resourceVersion !== undefined && uid === undefined) {
      throw new TypeError(`${what}: a resourceVersion without a uid would make an object anew that is gone`);
    }
    const path = withQuery(objectPath(resource, object.metadata, subresource), { ...this.#manager(), force });
    const contentType = 'application/apply-patch+yaml';
    return (await this.#json({ method: 'PATCH', path, what, body: object, contentType, signal })) as T;
  }

  /** JSON merge patch: `null` takes a field away, lists are replaced as a whole. */
  async patch<T extends KubeObject = KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    patch: object,
    { subresource, signal }: WriteOptions = {},
  ): Promise<T> {
    const path = withQuery(objectPath(resource, ref, subresource), this.#manager());
    const what = this.#what('patch', resource, ref);
    const contentType = 'application/merge-patch+json';
    return (await this.#json({ method: 'PATCH', path, what, body: patch, contentType, signal })) as T;
  }

  async patchStatus<T extends KubeObject = KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    patch: object,
    options: Omit<WriteOptions, 'subresource'> = {},
  ): Promise<T> {
    return this.patch<T>(resource, ref, patch, { ...options, subresource: 'status' });
  }

  /** Resolves when the API server took it; the object may go later. Rejects with a conflict when it is no longer the one that was looked at. */
  async delete(
    resource: Resource,
    ref: ObjectRef,
    { uid, resourceVersion, propagationPolicy, gracePeriodSeconds, signal }: DeleteOptions,
  ): Promise<void> {
    await this.#json({
      method: 'DELETE',
      path: objectPath(resource, ref),
      what: this.#what('delete', resource, ref),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid, resourceVersion },
        ...(propagationPolicy !== undefined && { propagationPolicy }),
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      },
      signal,
    });
  }

  /** Whether the API server has this kind of objects: that of an add-on may be missing. */
  async serves(resource: Resource, signal?: AbortSignal): Promise<boolean> {
    const what = `discover ${apiVersionOf(resource)}`;
    try {
      const { resources = [] } = (await this.#json({
        method: 'GET',
        path: groupPath(resource),
        what,
        signal,
      })) as { readonly resources?: readonly { readonly name: string }[] };
      return resources.some(({ name }) => name === resource.plural);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  #manager(): { readonly fieldManager: string } {
    return { fieldManager: this.#options.fieldManager };
  }

  #what(verb: string, { plural, group }: Resource, ref?: ObjectRef): string {
    const collection = group === '' ? plural : `${plural}.${group}`;
    return ref === undefined ? `${verb} ${collection}` : `${verb} ${collection} ${keyOf(ref)}`;
  }

  /** The answer's JSON. Rejects with an {@link ApiError}, a {@link NoAnswerError}, or what `beforeWrite` threw. */
  async #json(exchange: Exchange): Promise<unknown> {
    const { clock, timeoutMs = TIMEOUT_MS } = this.#options;
    if (exchange.method !== 'GET') this.#options.beforeWrite?.();
    try {
      return await withDeadline(clock, timeoutMs, exchange.signal, async (signal) => {
        const response = await this.#send(exchange, signal);
        if (response.status >= 300) throw await this.#refusal(exchange.what, response);
        return JSON.parse(await this.#text(response)) as unknown;
      });
    } catch (error) {
      throw knownError(exchange.what, error);
    }
  }

  async #send(exchange: Exchange, signal: AbortSignal): Promise<TransportResponse> {
    const { transport, clock, userAgent, observer } = this.#options;
    const { method, path, body, contentType = 'application/json' } = exchange;
    const request: TransportRequest = {
      method,
      path,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(body !== undefined && { 'content-type': contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    };
    const startedMs = clock.monotonicMs();
    let status: number | null = null;
    try {
      const response = await abortable(transport.send(request), signal);
      status = response.status;
      return response;
    } finally {
      observer?.requestDone(method, transport.host, status, clock.monotonicMs() - startedMs);
    }
  }

  async #refusal(what: string, response: TransportResponse): Promise<ApiError> {
    const text = await this.#text(response);
    return errorOf(what, statusOf(text), response.status, this.#retryAfterMs(response));
  }

  #retryAfterMs({ headers }: TransportResponse): number | null {
    const value = headers['retry-after'];
    if (typeof value !== 'string') return null;
    if (/^\d+$/.test(value)) return Number(value) * 1000;
    const untilMs = Date.parse(value);
    return Number.isNaN(untilMs) ? null : Math.max(0, untilMs - this.#options.clock.wallMs());
  }

  async #text({ body }: TransportResponse): Promise<string> {
    const { bodyBytesMax = BODY_BYTES_MAX } = this.#options;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw new Error(`the answer has more than ${bodyBytesMax} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }
}

function statusOf(text: string): Status {
  try {
    const body = JSON.parse(text) as Status | null;
    if (body?.kind === 'Status') return body;
  } catch {
    // A proxy's page, or nothing at all.
  }
  const message = text.trim().slice(0, 200);
  return message === '' ? {} : { message };
}

function knownError(what: string, error: unknown): Error {
  if (error instanceof ApiError || error instanceof NoAnswerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new NoAnswerError(`${what}: ${message}`, { cause: error });
}
