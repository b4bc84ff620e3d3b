import { LRUCache } from 'lru-cache';
import { mergePatch } from './merge-patch.ts';
import { isAtLeast } from './object.ts';
import type { ApiClient } from './api-client.ts';
import type { KubeObject, Resource } from './object.ts';

export interface StatusObject extends KubeObject {
  readonly status?: object;
}

/** Objects whose last written status is remembered. */
const REMEMBERED_MAX = 10_000;

/**
 * Writes the status of objects, and only when it says something else than what is there.
 *
 * What was looked at may be older than what this writer wrote last; it then compares with what it wrote, so that a slow watch causes no
 * second write.
 */
export class StatusWriter {
  readonly #client: ApiClient;
  readonly #resource: Resource;
  readonly #written = new LRUCache<string, StatusObject>({ max: REMEMBERED_MAX });

  constructor(client: ApiClient, resource: Resource) {
    this.#client = client;
    this.#resource = resource;
  }

  /**
   * Makes `status` the whole status of `object`. Returns whether that took a write. Rejects with a conflict when the object has changed
   * since it was looked at: what the status says may no longer be so.
   */
  async write(object: StatusObject, status: object, signal?: AbortSignal): Promise<boolean> {
    const base = this.#newest(object);
    const patch = mergePatch({ ...base.status }, { ...status });
    if (patch === null) return false;
    const { name, namespace, uid, resourceVersion } = base.metadata;
    const written = await this.#client.patchStatus<StatusObject>(
      this.#resource,
      { name, namespace },
      { metadata: { resourceVersion }, status: patch },
      { signal },
    );
    if (uid !== undefined) this.#written.set(uid, written);
    return true;
  }

  #newest(object: StatusObject): StatusObject {
    const { uid = '', resourceVersion = '' } = object.metadata;
    const written = this.#written.get(uid);
    const isOlder = isAtLeast(resourceVersion, written?.metadata.resourceVersion ?? '') === false;
    return written !== undefined && isOlder ? written : object;
  }
}
