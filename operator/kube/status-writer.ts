import { LRUCache } from 'lru-cache';
import { mergePatch } from './merge-patch.ts';
import { isAtLeast } from './object.ts';
import type { ApiClient } from './api-client.ts';
import type { KubeObject, Resource } from './object.ts';

export interface StatusObject extends KubeObject {
  readonly status?: object;
}

interface Written {
  readonly resourceVersion: string;
  readonly status: Readonly<Record<string, unknown>>;
}

/** Objects whose last written status is remembered, until it is seen. */
const REMEMBERED_MAX = 1000;

/**
 * Writes the status of objects, and only when it says something else than what is there.
 *
 * What was looked at may be older than what this writer wrote last; it then compares with what it wrote, so that a slow watch causes no
 * second write.
 */
export class StatusWriter {
  readonly #client: ApiClient;
  readonly #resource: Resource;
  readonly #written = new LRUCache<string, Written>({ max: REMEMBERED_MAX });

  constructor(client: ApiClient, resource: Resource) {
    this.#client = client;
    this.#resource = resource;
  }

  /**
   * Makes `status` the whole status of `object`. Returns whether that took a write. Rejects with a conflict when the object has changed
   * since it was looked at: what the status says may no longer be so.
   */
  async write(object: StatusObject, status: object, signal?: AbortSignal): Promise<boolean> {
    const { status: before, resourceVersion } = this.#newest(object);
    const patch = mergePatch(before, { ...status });
    if (patch === null) return false;
    const { name, namespace, uid } = object.metadata;
    const written = await this.#client.patchStatus<StatusObject>(
      this.#resource,
      { name, namespace },
      { metadata: { resourceVersion }, status: patch },
      { signal },
    );
    const { resourceVersion: version } = written.metadata;
    if (uid !== undefined && version !== undefined) {
      this.#written.set(uid, { resourceVersion: version, status: { ...written.status } });
    }
    return true;
  }

  /** What was looked at, or what was written since. */
  #newest({ metadata, status }: StatusObject): Written {
    const { uid = '', resourceVersion = '' } = metadata;
    const written = this.#written.get(uid);
    if (written !== undefined && isAtLeast(resourceVersion, written.resourceVersion) === false)
      return written;
    this.#written.delete(uid);
    return { resourceVersion, status: { ...status } };
  }
}
