import assert from 'node:assert/strict';
import { systemClock } from '../../operator/kube/clock.ts';
import { keyOf } from '../../operator/kube/object.ts';
import { Reflector } from '../../operator/kube/reflector.ts';
import { configMaps } from '../../operator/kube/resources.ts';
import { Store } from '../../operator/kube/store.ts';
import { seeded, until } from '../../operator/kube/testing/fixtures.ts';
import type { ApiClient } from '../../operator/kube/api-client.ts';
import type { KubeObject } from '../../operator/kube/object.ts';
import type { RestartCause } from '../../operator/kube/reflector.ts';
import type { Apart } from '../../operator/kube/testing/real-api-server.ts';

const SAME_DEADLINE_MS = 60_000;
const LOOK_MS = 100;

/** A reflector of ConfigMaps through a network that can be broken, and a book of what it told. */
export class Follower {
  readonly store = new Store();
  readonly causes: RestartCause[] = [];
  readonly apart: Apart;
  readonly #told = new Map<string, KubeObject>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #namespace: string;

  constructor(apart: Apart, namespace: string, inactivityMs: number) {
    this.apart = apart;
    this.#namespace = namespace;
    this.store.subscribe(({ key, before, after }) => {
      assert.equal(before, this.#told.get(key), `a step of ${key} is missing`);
      if (after === undefined) this.#told.delete(key);
      else this.#told.set(key, after);
    });
    const reflector = new Reflector({
      client: apart.client,
      resource: configMaps,
      namespace,
      store: this.store,
      clock: systemClock,
      random: seeded(1),
      backoff: { minMs: 100, maxMs: 1000 },
      inactivityMs,
      observer: { restarted: (_, cause) => this.causes.push(cause) },
    });
    this.#running = reflector.run(this.#stop.signal);
  }

  async untilSame(direct: ApiClient, timeoutMs = SAME_DEADLINE_MS): Promise<void> {
    const versions = (objects: readonly KubeObject[]): string =>
      objects
        .map(({ metadata }) => `${keyOf(metadata)} ${metadata.resourceVersion ?? ''}`)
        .sort()
        .join('\n');
    await until(
      'the store is like the collection',
      async () => {
        const { items } = await direct.listAll(configMaps, { namespace: this.#namespace });
        return versions(items) === versions(this.store.list());
      },
      timeoutMs,
      LOOK_MS,
    );
    assert.deepEqual(
      new Map([...this.#told].sort()),
      new Map(
        this.store
          .list()
          .map((object) => [keyOf(object.metadata), object] as const)
          .sort(),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.apart.transport.close();
    await this.apart.proxy.stop();
  }
}
