import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Figures of checkout. */
export class CheckoutMetrics {
  readonly #opened;
  readonly #validated;
  readonly #ordered;
  readonly #alarms;
  readonly #calls;
  readonly #callSeconds;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#opened = new Counter({
      name: 'cartwright_checkout_opened_total',
      help: 'Checkouts asked for, by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    this.#validated = new Counter({
      name: 'cartwright_checkout_validated_total',
      help: 'Orders that the provider asked about before payment',
      labelNames: ['verdict'],
      registers,
    });
    this.#ordered = new Counter({
      name: 'cartwright_checkout_ordered_total',
      help: 'Carts that became ordered ones',
      registers,
    });
    this.#alarms = new Counter({
      name: 'cartwright_checkout_alarms_total',
      help: 'Paid orders that do not fit their cart: a person must look at them',
      registers,
    });
    this.#calls = new Counter({
      name: 'cartwright_checkout_provider_calls_total',
      help: 'Calls to the checkout provider by how they ended',
      labelNames: ['call', 'outcome'],
      registers,
    });
    this.#callSeconds = new Histogram({
      name: 'cartwright_checkout_provider_duration_seconds',
      help: 'Time until the checkout provider answered',
      labelNames: ['call'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
  }

  opened(outcome: string): void {
    this.#opened.inc({ outcome });
  }

  validated(approved: boolean): void {
    this.#validated.inc({ verdict: approved ? 'approved' : 'denied' });
  }

  ordered(): void {
    this.#ordered.inc();
  }

  alarm(): void {
    this.#alarms.inc();
  }

  called(call: string, outcome: string, durationMs: number): void {
    this.#calls.inc({ call, outcome });
    this.#callSeconds.observe({ call }, durationMs / 1000);
  }
}
