import { ApiClient } from '../api-client.ts';
import { LeaderElector } from '../leader-elector.ts';
import { seeded } from './fixtures.ts';
import { FakeTransport } from './fake-transport.ts';
import type { Clock } from '../clock.ts';
import type { LeaderElectorOptions } from '../leader-elector.ts';
import type { FakeApiServer } from './fake-api-server.ts';
import type { ManualClock } from './manual-clock.ts';

/** The clock of a process that can be stopped: time goes on, and its timers fire when it goes on. */
class PausableClock implements Clock {
  readonly #clock: Clock;
  #resumed: Promise<void> | null = null;
  #resume: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(delayMs, signal);
    while (this.#resumed !== null) await this.#resumed;
  }

  pause(): void {
    this.#resumed ??= new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resumed = null;
    this.#resume();
  }
}

export interface CandidateOptions extends Partial<LeaderElectorOptions> {
  readonly wallOffsetMs?: number;
  readonly rate?: number;
  /** Told when its work begins. */
  readonly began?: (candidate: Candidate) => void;
}

/** A process that wants to lead, on a machine with clocks of its own. Its work is to be there until it is told to stop. */
export class Candidate {
  readonly identity: string;
  readonly elector: LeaderElector;
  readonly transport: FakeTransport;
  readonly clock: PausableClock;
  readonly failures: Error[] = [];
  readonly log: string[] = [];
  /** How `run` ended; null: it has not, or well. */
  error: unknown = null;
  /** Keeps its work from stopping. */
  stubborn = false;
  readonly #options: CandidateOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #working = false;
  #endWork: (error?: Error) => void = () => undefined;

  constructor(server: FakeApiServer, clock: ManualClock, identity: string, options: CandidateOptions = {}) {
    this.identity = identity;
    this.#options = options;
    this.transport = new FakeTransport(server);
    this.clock = new PausableClock(clock.skewed(options));
    const client = new ApiClient({
      transport: this.transport,
      clock: this.clock,
      fieldManager: identity,
      userAgent: identity,
    });
    this.elector = new LeaderElector({
      client,
      namespace: 'default',
      name: 'test',
      identity,
      clock: this.clock,
      random: seeded(identity.charCodeAt(0)),
      events: {
        leading: (leads) => this.log.push(leads ? 'leads' : 'follows'),
        holder: (holder) => this.log.push(`holder ${holder ?? 'nobody'}`),
        failed: (error) => this.failures.push(error),
      },
      ...options,
    });
  }

  get working(): boolean {
    return this.#working;
  }

  start(): this {
    this.#running = this.elector
      .run((signal) => this.#work(signal), this.#stop.signal)
      .catch((error: unknown) => {
        this.error = error;
      });
    return this;
  }

  /** Ends it properly. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    await this.#running;
  }

  /** Ends it without a word: nothing of it gets out any more. */
  kill(): void {
    this.transport.partition();
    this.#stop.abort(new Error('killed'));
  }

  pause(): void {
    this.transport.partition();
    this.clock.pause();
  }

  resume(): void {
    this.clock.resume();
    this.transport.heal();
  }

  endWork(error?: Error): void {
    this.#endWork(error);
  }

  #work(signal: AbortSignal): Promise<void> {
    this.#options.began?.(this);
    this.#working = true;
    return new Promise((resolve, reject) => {
      this.#endWork = (error) => {
        this.#working = false;
        this.log.push('stopped');
        if (error === undefined) resolve();
        else reject(error);
      };
      const stop = (): void => {
        if (!this.stubborn) this.#endWork();
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }
}
