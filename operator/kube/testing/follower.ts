import assert from 'node:assert/strict';
import { keyOf } from '../object.ts';
import { Reflector } from '../reflector.ts';
import { Store } from '../store.ts';
import { seeded, widgets } from './fixtures.ts';
import { settled } from './manual-clock.ts';
import type { InProcess, Widget } from './fixtures.ts';
import type { RestartCause } from '../reflector.ts';
import type { Change } from '../store.ts';

export const ref = (name: string, namespace = 'default'): { namespace: string; name: string } => ({
  namespace,
  name,
});

/** A reflector of widgets, with everything that it told. */
export class Follower {
  readonly kube: InProcess;
  readonly store = new Store<Widget>({ listenerFailed: () => undefined });
  readonly causes: RestartCause[] = [];
  readonly changes: Change<Widget>[] = [];
  readonly reflector: Reflector<Widget>;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(kube: InProcess, options: Partial<ConstructorParameters<typeof Reflector>[0]> = {}) {
    this.kube = kube;
    const { client, clock } = kube;
    this.store.subscribe((change) => this.changes.push(change));
    this.reflector = new Reflector<Widget>({
      client,
      clock,
      resource: widgets,
      random: seeded(1),
      observer: { restarted: (_, cause) => this.causes.push(cause) },
      ...options,
      store: this.store,
    });
  }

  async start(): Promise<this> {
    this.#running = this.reflector.run(this.#stop.signal);
    await settled();
    return this;
  }

  /** Nothing it began goes on: no watch, no timer. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await settled();
    assert.equal(this.kube.clock.sleeping, 0);
    assert.equal(this.kube.server.watches.length, 0);
  }

  assertSame(): void {
    const there = new Map(
      this.kube.server.list<Widget>(widgets).map((object) => [keyOf(object.metadata), object]),
    );
    assert.deepEqual(new Map(this.store.list().map((object) => [keyOf(object.metadata), object])), there);
  }

  /** What was told, put together, is what there is; each step begins where the last one ended. */
  assertToldAll(): void {
    const told = new Map<string, Widget>();
    for (const { key, before, after } of this.changes) {
      assert.equal(before, told.get(key), `a step of ${key} is missing`);
      if (after === undefined) told.delete(key);
      else told.set(key, after);
    }
    assert.deepEqual(told, new Map(this.store.list().map((object) => [keyOf(object.metadata), object])));
  }
}
