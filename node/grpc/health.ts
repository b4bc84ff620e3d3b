import { HealthImplementation } from 'grpc-health-check';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ServiceTaker } from './borrowed-services.ts';

type Watch = ServerWritableStream<{ readonly service: string }, { readonly status: string }>;

export const HEALTH = 'grpc.health.v1.Health';

/** `grpc.health.v1`: the node's readiness, for all of it ('') and by the name of each service. */
export class Health {
  readonly #implementation = new HealthImplementation();
  readonly #services: ReadonlySet<string>;
  #serving: boolean | null = null;

  constructor(services: readonly string[]) {
    this.#services = new Set(['', ...services]);
    this.set(false);
  }

  set(serving: boolean): void {
    if (serving === this.#serving) return;
    this.#serving = serving;
    for (const service of this.#services)
      this.#implementation.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
  }

  addTo(taker: ServiceTaker): void {
    this.#implementation.addToServer({
      addService: (definition, implementation) => {
        const watch = implementation['watch'] as ((call: Watch) => void) | undefined;
        if (watch === undefined) throw new Error('grpc-health-check has no watch any more');
        taker.addService(definition, {
          ...implementation,
          // The package remembers every name it was ever asked for. A name that is not known never will be.
          watch: (call: Watch) => {
            if (this.#services.has(call.request.service)) watch(call);
            else call.write({ status: 'SERVICE_UNKNOWN' });
          },
        });
      },
    });
  }
}
