import assert from 'node:assert/strict';
import { pino } from 'pino';
import { CART_CLUSTER } from '../api/cart-cluster.ts';
import { manifest } from '../api/testing/cart-clusters.ts';
import { podMonitors } from '../cartcluster/kinds.ts';
import { readConfig } from '../config.ts';
import { Operator } from '../operator.ts';
import { builtinResources } from '../kube/testing/builtin-resources.ts';
import { FakeApiServer } from '../kube/testing/fake-api-server.ts';
import { FakeTransport } from '../kube/testing/fake-transport.ts';
import { seeded } from '../kube/testing/fixtures.ts';
import { ManualClock } from '../kube/testing/manual-clock.ts';
import { Kubernetes } from './kubernetes.ts';
import type { CartClusterStatus, ConditionType } from '../api/status.ts';
import type { KubeObject } from '../kube/object.ts';

const SETTINGS = {
  POD_NAMESPACE: 'system',
  NODE_IMAGE: 'registry.example/cart-node:1.2.3',
  REFERENCE_CHECK_MS: '20000',
};

/** One run of the operator's process. */
export interface Process {
  readonly operator: Operator;
  readonly transport: FakeTransport;
  readonly identity: string;
  /** As SIGTERM does. */
  stop(): Promise<void>;
  /** As SIGKILL does: nothing that it has sent, or will, arrives any more. */
  kill(): void;
}

/** An API server, the rest of Kubernetes and any number of operators, all in this process and in a time of their own. */
export class World {
  readonly clock = new ManualClock();
  readonly server: FakeApiServer;
  readonly kubernetes: Kubernetes;
  readonly random: () => number;
  readonly processes: Process[] = [];
  #started = 0;

  constructor(seed = 1, { podMonitors: monitors = false }: { readonly podMonitors?: boolean } = {}) {
    const resources = [
      ...builtinResources,
      { ...CART_CLUSTER, hasStatus: true },
      ...(monitors ? [podMonitors] : []),
    ];
    this.server = new FakeApiServer({ clock: this.clock, resources });
    this.kubernetes = new Kubernetes(this.server);
    this.random = seeded(seed);
  }

  start(settings: Readonly<Record<string, string>> = {}): Process {
    const { clock, random } = this;
    this.#started += 1;
    const identity = `operator-${this.#started}`;
    const transport = new FakeTransport(this.server);
    const config = readConfig({ ...SETTINGS, POD_NAME: identity, ...settings });
    const logger = pino({ level: 'silent' });
    const operator = new Operator({ config, version: '1.2.3', logger, transport, clock, random, identity });
    const stopping = new AbortController();
    const running = operator.run(stopping.signal);
    // One that is killed never ends: nobody waits for it.
    running.catch(() => undefined);
    const process: Process = {
      operator,
      transport,
      identity,
      stop: async () => {
        let stopped = false;
        const ended = running.finally(() => (stopped = true));
        stopping.abort();
        await this.until('the operator has stopped', () => stopped);
        await ended;
        this.processes.splice(this.processes.indexOf(process), 1);
      },
      kill: () => {
        transport.partition();
        this.processes.splice(this.processes.indexOf(process), 1);
      },
    };
    this.processes.push(process);
    return process;
  }

  /** A CartCluster, as a user applies it. */
  create(spec: Readonly<Record<string, unknown>> = {}): void {
    this.server.create(CART_CLUSTER, { ...manifest(spec), metadata: { name: 'shop', namespace: 'eu' } });
  }

  get cluster(): (KubeObject & { readonly status?: CartClusterStatus }) | undefined {
    return this.server.get(CART_CLUSTER, { namespace: 'eu', name: 'shop' });
  }

  /** `True AllNodesOpen`. */
  condition(type: ConditionType): string {
    const found = this.cluster?.status?.conditions?.find((condition) => condition.type === type);
    return `${found?.status ?? '-'} ${found?.reason ?? '-'}`;
  }

  /** Lets time pass, and Kubernetes do its part. */
  async pass(ms: number, stepMs = 200): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.kubernetes.step();
      await this.clock.advance(Math.min(stepMs, leftMs));
    }
    this.kubernetes.step();
    await this.clock.advance(0);
  }

  /** Lets time pass until it holds; fails when it does not within `limitMs`. */
  async until(what: string, holds: () => boolean, limitMs = 120_000): Promise<void> {
    for (let leftMs = limitMs; leftMs > 0; leftMs -= 200) {
      await this.pass(200);
      if (holds()) return;
    }
    const { conditions } = this.cluster?.status ?? {};
    assert.fail(`not in ${limitMs} ms: ${what}; ${JSON.stringify(conditions)}`);
  }

  ready(limitMs?: number): Promise<void> {
    const isReady = (): boolean => {
      const { metadata, status } = this.cluster ?? {};
      return (
        this.condition('Ready').startsWith('True') && status?.observedGeneration === metadata?.generation
      );
    };
    return this.until('it is ready', isReady, limitMs);
  }
}
