import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isForbidden } from '../kube/errors.ts';
import { configMaps, secrets } from './kinds.ts';
import type { ApiClient } from '../kube/api-client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Data } from './kinds.ts';
import type { ReferencedContent } from './observed.ts';
import type { Reference } from './references.ts';

/** Objects whose content is kept for a moment. */
const KEPT_MAX = 1000;

interface Found {
  readonly object: Data | null;
  readonly forbidden: boolean;
}

/**
 * Reads the ConfigMaps and Secrets that CartClusters name.
 *
 * They are asked for one by one, and again after a while. A watch would show every Secret of the namespace to the operator, and it needs to see only those that somebody named.
 */
export class ReferenceReader {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #found = new LRUCache<string, { readonly found: Found; readonly atMs: number }>({ max: KEPT_MAX });

  /** What was read may be up to `maxAgeMs` old; what was missing is looked for every time. */
  constructor(client: ApiClient, clock: Clock, maxAgeMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  async read(
    namespace: string,
    references: readonly Reference[],
    signal: AbortSignal,
  ): Promise<ReferencedContent> {
    const missing: string[] = [];
    const contents: unknown[] = [];
    const now = new Map<string, Promise<Found>>();
    for (const reference of references) {
      const { kind, name, key, optional, json } = reference;
      const id = `${kind}/${namespace}/${name}`;
      const reading = now.get(id) ?? this.#get(id, reference, namespace, signal);
      now.set(id, reading);
      const { object, forbidden } = await reading;
      const value = object?.data?.[key] ?? object?.binaryData?.[key] ?? null;
      contents.push([kind, name, key, value]);
      if (forbidden) missing.push(`${kind} ${name} may not be read by the operator`);
      else if (object === null) missing.push(...(optional ? [] : [`${kind} ${name} is missing`]));
      else if (value === null)
        missing.push(...(optional ? [] : [`key ${key} of ${kind} ${name} is missing`]));
      else if (json && !isJson(value)) missing.push(`key ${key} of ${kind} ${name} is not JSON`);
    }
    return {
      missing: [...new Set(missing)],
      digest: hash('sha256', JSON.stringify(contents)).slice(0, DIGEST_DIGITS),
    };
  }

  async #get(id: string, { kind, name }: Reference, namespace: string, signal: AbortSignal): Promise<Found> {
    const kept = this.#found.get(id);
    if (kept !== undefined && this.#clock.monotonicMs() - kept.atMs < this.#maxAgeMs) return kept.found;
    const resource = kind === 'ConfigMap' ? configMaps : secrets;
    try {
      const object = await this.#client.find<Data>(resource, { namespace, name }, { signal });
      const found = { object, forbidden: false };
      if (object === null) this.#found.delete(id);
      else this.#found.set(id, { found, atMs: this.#clock.monotonicMs() });
      return found;
    } catch (error) {
      if (isForbidden(error)) return { object: null, forbidden: true };
      throw error;
    }
  }
}

const DIGEST_DIGITS = 16;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
