import { ApiError, isNotFound } from '../kube/errors.ts';
import { lostFields, ownFields } from './fields.ts';
import { APPLIED_ANNOTATION } from './names.ts';
import { pods, persistentVolumeClaims } from './kinds.ts';
import type { ApiClient } from '../kube/api-client.ts';
import type { Clock } from '../kube/clock.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Deed } from './events.ts';
import type { ClusterMemory } from './memory.ts';
import type { Action, Apply, Plan } from './plan.ts';

/** The request is not wrong, it only came at a wrong time: conflicts, not let in, too many, too slow. Anything else that the API server refuses it would refuse again. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 409, 410, 429]);

/**
 * Carries a plan out, one write after the other. Each write names what it was decided on, so that it fails where that is no longer so: above all when another process leads meanwhile.
 */
export class Actor {
  readonly #client: ApiClient;
  readonly #clock: Clock;

  constructor(client: ApiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Resolves with what was done. What was refused for good is in the memory. Rejects with what may pass: nothing after it was tried, and the next look decides anew; `done` was told of what
   * was done before.
   */
  async act(
    { actions }: Plan,
    memory: ClusterMemory,
    done: (deed: Deed) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const action of actions) {
      try {
        await this.#do(action, memory, done, signal);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status >= 500 || PASSING.has(error.status)) throw error;
        this.#refused(action, error, memory);
      }
    }
  }

  async #do(
    action: Action,
    memory: ClusterMemory,
    done: (deed: Deed) => void,
    signal: AbortSignal,
  ): Promise<void> {
    switch (action.type) {
      case 'apply':
        return this.#apply(action, memory, done, signal);
      case 'delete':
        return this.#delete(action, memory, signal);
      case 'deletePod': {
        const { metadata } = action.pod;
        await this.#remove(pods, action.pod, signal);
        memory.deleted.add(metadata.uid ?? '');
        done({ type: 'replaced', pod: metadata.name, why: action.why });
        return;
      }
      case 'growClaim': {
        const { key, claim, storage } = action;
        const { name, namespace, uid, resourceVersion } = claim.metadata;
        const metadata = { uid, resourceVersion };
        const spec = { resources: { requests: { storage } } };
        await this.#client.patch(persistentVolumeClaims, { name, namespace }, { metadata, spec }, { signal });
        memory.refused.delete(key);
        done({ type: 'grown', claim: name, storage });
      }
    }
  }

  async #apply(
    action: Apply,
    memory: ClusterMemory,
    done: (deed: Deed) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { key, resource, wish, live, replicas } = action;
    const written = await this.#client.apply(resource, bodyOf(action), { force: live !== null, signal });
    const fields = ownFields(written);
    const { uid = '', resourceVersion = '', generation = 0 } = written.metadata;
    memory.applied.set(key, { uid, object: wish, fields, resourceVersion, generation });
    memory.refused.delete(key);
    const lost = action.lostFields ?? lostWhileAway(action, fields);
    const object = `${wish.kind} ${wish.metadata.name}`;
    if (lost.length > 0) done({ type: 'reverted', object, fields: lost });
    if (replicas === undefined) return;
    if (live === null) done({ type: 'created' });
    else {
      const from = (live as { spec?: { replicas?: number } }).spec?.replicas ?? 1;
      if (from !== replicas) done({ type: 'scaled', from, to: replicas });
    }
  }

  async #delete(
    { key, resource, live }: Action & { type: 'delete' },
    memory: ClusterMemory,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#remove(resource, live, signal);
    memory.applied.delete(key);
  }

  async #remove(
    resource: Parameters<ApiClient['delete']>[0],
    { metadata }: KubeObject,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, namespace, uid = '', resourceVersion = '' } = metadata;
    try {
      await this.#client.delete(resource, { name, namespace }, { uid, resourceVersion, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #refused(action: Action, error: ApiError, memory: ClusterMemory): void {
    // The whole namespace is on its way out: nothing can be made in it, and nothing needs to be.
    if (error.causes.some(({ reason }) => reason === 'NamespaceTerminating')) return;
    if (action.type === 'deletePod' || action.type === 'delete') throw error;
    const isGrowth = action.type === 'growClaim';
    memory.refused.set(action.key, {
      object: isGrowth ? action.storage : action.wish,
      reason: isGrowth ? 'VolumeRefused' : 'Refused',
      message: error.message,
      atMs: this.#clock.wallMs(),
    });
  }
}

/** With a uid, an apply never makes an object anew; with a version, it is refused when the object is another one by now. */
function bodyOf({ wish, live, replicas }: Apply): KubeObject {
  const { uid, resourceVersion } = live?.metadata ?? {};
  const metadata = {
    ...wish.metadata,
    ...(uid !== undefined && { uid }),
    ...(replicas !== undefined && resourceVersion !== undefined && { resourceVersion }),
  };
  return {
    ...wish,
    metadata,
    ...(replicas !== undefined && { spec: { ...wish.spec, replicas } }),
  };
}

/** After a restart: if the object says that it is this very wish, fields that the wish did not own were taken by somebody. */
function lostWhileAway({ live, wish }: Apply, fields: ReadonlySet<string>): readonly string[] {
  const is = live?.metadata.annotations?.[APPLIED_ANNOTATION];
  if (live === null || is === undefined || is !== wish.metadata.annotations?.[APPLIED_ANNOTATION]) return [];
  return lostFields(fields, ownFields(live));
}
