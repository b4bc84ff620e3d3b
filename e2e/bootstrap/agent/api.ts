import { readFileSync } from 'node:fs';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const DEADLINE_MS = 10_000;
/** How long the API server lets one wait for a change; then all is looked at anew, whatever came of the connection. */
const WATCH_S = 20;

/** Just the part of an object that is looked at here. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** All objects of a kind, at a moment of the API server's. */
export interface Listing<T extends KubeObject> {
  readonly path: string;
  readonly items: readonly T[];
  readonly version: string;
}

/** The API server, as a pod reaches it. Node trusts its certificate by NODE_EXTRA_CA_CERTS. */
export class Api {
  readonly #base: string;

  constructor(env: Readonly<NodeJS.ProcessEnv>) {
    this.#base = `https://${env['KUBERNETES_SERVICE_HOST'] ?? ''}:${env['KUBERNETES_SERVICE_PORT'] ?? ''}`;
  }

  async list<T extends KubeObject>(path: string): Promise<Listing<T>> {
    const response = await this.#call('GET', path);
    const { metadata, items } = (await response.json()) as {
      metadata: { resourceVersion: string };
      items: T[];
    };
    return { path, items, version: metadata.resourceVersion };
  }

  /** Resolves when one of these is not true any more, or may not be. */
  async change(...listings: readonly Listing<KubeObject>[]): Promise<void> {
    const enough = new AbortController();
    try {
      await Promise.race(listings.map((listing) => this.#event(listing, enough.signal)));
    } finally {
      enough.abort();
    }
  }

  /** An event, or the end of the watch. */
  async #event({ path, version }: Listing<KubeObject>, signal: AbortSignal): Promise<void> {
    const watch = `${path}?watch=1&resourceVersion=${version}&timeoutSeconds=${WATCH_S}`;
    const late = AbortSignal.timeout(WATCH_S * 1000 + DEADLINE_MS);
    const response = await this.#send('GET', watch, AbortSignal.any([signal, late]));
    await response.body?.getReader().read();
  }

  /** Creating what is there already is no error: another round did it. */
  async create(path: string, object: object): Promise<void> {
    await (await this.#call('POST', path, object, 409)).body?.cancel();
  }

  async delete(path: string): Promise<void> {
    await (await this.#call('DELETE', path, undefined, 404)).body?.cancel();
  }

  #call(method: string, path: string, object?: object, alsoFine?: number): Promise<Response> {
    return this.#send(method, path, AbortSignal.timeout(DEADLINE_MS), object, alsoFine);
  }

  async #send(
    method: string,
    path: string,
    signal: AbortSignal,
    object?: object,
    alsoFine?: number,
  ): Promise<Response> {
    const response = await fetch(this.#base + path, {
      method,
      signal,
      headers: {
        // Read anew each time: tokens are renewed in the file.
        Authorization: `Bearer ${readFileSync(`${FOLDER}/token`, 'utf8')}`,
        'Content-Type': 'application/json',
      },
      body: object === undefined ? null : JSON.stringify(object),
    });
    if (response.ok || response.status === alsoFine) return response;
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
