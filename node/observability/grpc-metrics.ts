import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CallDone } from '../grpc/calls.ts';

/** What the gauges are read from when somebody scrapes. */
export interface GrpcGauges {
  readonly calls: number;
  readonly streams: number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Rate, errors and duration of each method, by the names that gRPC servers usually have. Every label has a fixed set of values. */
export class GrpcMetrics {
  readonly #registry: Registry;
  readonly #handled: Counter<'grpc_service' | 'grpc_method' | 'grpc_code'>;
  readonly #seconds: Histogram<'grpc_service' | 'grpc_method'>;
  readonly #problems: Counter<'code'>;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#handled = new Counter({
      name: 'grpc_server_handled_total',
      help: 'gRPC calls by their status',
      labelNames: ['grpc_service', 'grpc_method', 'grpc_code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'grpc_server_handling_seconds',
      help: 'Time to answer a unary gRPC call',
      labelNames: ['grpc_service', 'grpc_method'],
      buckets: SECONDS,
      registers,
    });
    this.#problems = new Counter({
      name: 'cartwright_grpc_problems_total',
      help: 'Problems that gRPC calls ended with, by their code',
      labelNames: ['code'],
      registers,
    });
  }

  /** Registers the gauges; once. */
  observe(gauges: GrpcGauges): void {
    this.#gauge('cartwright_grpc_calls', 'Unary gRPC calls under way', () => gauges.calls);
    this.#gauge('cartwright_grpc_streams', 'gRPC streams that are open', () => gauges.streams);
  }

  callDone({ service, method, status, durationMs, problem, unary }: CallDone): void {
    const labels = { grpc_service: service, grpc_method: method };
    this.#handled.inc({ ...labels, grpc_code: status });
    // How long a watch was open says nothing of how fast anything is.
    if (unary) this.#seconds.observe(labels, durationMs / 1000);
    if (problem !== null) this.#problems.inc({ code: problem.code });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
