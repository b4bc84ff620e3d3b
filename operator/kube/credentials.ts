import { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';

/** What a request needs to be let in. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  /** The same object as long as nothing in it changes. */
  readonly tls: TlsOptions;
}

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** The API server's address; may have a path. */
  readonly server: URL;
  current(): Promise<Credential>;
  /** The API server did not accept what `current` gave: the next one is made from the sources. */
  forget(): void;
}

const TLS_FIELDS = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;

/** Sources are looked at no more often than this, ms. */
const KEPT_MS = 10_000;

/**
 * Credentials by client-node's `KubeConfig`: a pod's service account, or a kubeconfig with certificates, a token or a command.
 *
 * A token that the API server refuses is read anew at once. `KubeConfig` by itself goes on with the old one for up to a minute, so each
 * time a fresh one is made, whose memory is empty.
 */
export class KubeConfigCredentials implements Credentials {
  readonly server: URL;
  readonly #monotonicMs: () => number;
  #config: KubeConfig;
  #tls: TlsOptions = {};
  #current: Promise<Credential> | null = null;
  #readMs = 0;

  constructor(config: KubeConfig, monotonicMs: () => number) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig names no cluster');
    if (cluster.proxyUrl !== undefined)
      throw new Error('proxies (proxy-url in a kubeconfig) are not supported');
    this.server = new URL(cluster.server);
    // KubeConfig asks for this word before it lets anything go over plain HTTP.
    if (this.server.protocol === 'http:' && !cluster.skipTLSVerify) {
      throw new Error(`${cluster.server} is not HTTPS; insecure-skip-tls-verify would allow it`);
    }
    this.#config = config;
    this.#monotonicMs = monotonicMs;
  }

  current(): Promise<Credential> {
    const nowMs = this.#monotonicMs();
    if (this.#current !== null && nowMs - this.#readMs < KEPT_MS) return this.#current;
    this.#readMs = nowMs;
    const reading = this.#read(this.#config);
    this.#current = reading;
    // What failed is not kept. The rejection itself is the business of those who wait for it.
    reading.catch(() => {
      if (this.#current === reading) this.#current = null;
    });
    return reading;
  }

  forget(): void {
    const { clusters, contexts, users, currentContext } = this.#config;
    this.#config = new KubeConfig();
    this.#config.loadFromOptions({ clusters, contexts, users, currentContext });
    this.#current = null;
  }

  async #read(config: KubeConfig): Promise<Credential> {
    const options: RequestOptions & TlsOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    if (options.auth !== undefined && options.auth !== null) {
      headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      // A token file may end in a newline, a header may not.
      headers[name.toLowerCase()] = String(value).trim();
    }
    const tls = Object.fromEntries(
      TLS_FIELDS.flatMap((field) => (options[field] === undefined ? [] : [[field, options[field]]])),
    ) as TlsOptions;
    if (!sameTls(tls, this.#tls)) this.#tls = tls;
    return { headers, tls: this.#tls };
  }
}

function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  return TLS_FIELDS.every((field) => String(a[field] ?? '') === String(b[field] ?? ''));
}

/** The kubeconfig that `KUBECONFIG` or the home directory has, else the pod's service account. */
export function defaultKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
