import { readFileSync } from 'node:fs';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const DEADLINE_MS = 10_000;

/** Just the part of an object that is looked at here. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The API server, as a pod reaches it. Node trusts its certificate by NODE_EXTRA_CA_CERTS. */
export class Api {
  readonly #base: string;

  constructor(env: Readonly<NodeJS.ProcessEnv>) {
    this.#base = `https://${env['KUBERNETES_SERVICE_HOST'] ?? ''}:${env['KUBERNETES_SERVICE_PORT'] ?? ''}`;
  }

  async list<T extends KubeObject>(path: string): Promise<readonly T[]> {
    return ((await (await this.#call('GET', path)).json()) as { items: T[] }).items;
  }

  /** Creating what is there already is no error: another round did it. */
  async create(path: string, object: object): Promise<void> {
    await (await this.#call('POST', path, object, 409)).body?.cancel();
  }

  async delete(path: string): Promise<void> {
    await (await this.#call('DELETE', path, undefined, 404)).body?.cancel();
  }

  async #call(method: string, path: string, object?: object, alsoFine?: number): Promise<Response> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        // Read anew each time: tokens are renewed in the file.
        Authorization: `Bearer ${readFileSync(`${FOLDER}/token`, 'utf8')}`,
        'Content-Type': 'application/json',
      },
      body: object === undefined ? null : JSON.stringify(object),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.ok || response.status === alsoFine) return response;
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
