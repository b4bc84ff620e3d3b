import { abortable, withDeadline } from './deadline.ts';
import { isAlreadyExists, isConflict, isNotFound, RefusedHereError } from './errors.ts';
import { microTime } from './micro-time.ts';
import { isSame } from './merge-patch.ts';
import { leases } from './resources.ts';
import type { ApiClient } from './api-client.ts';
import type { Clock, Random } from './clock.ts';
import type { KubeObject } from './object.ts';

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface LeaderElectorEvents {
  /** This process leads from now on, or no longer. */
  leading(leads: boolean): void;
  /** Somebody else was seen to hold the lease; null: nobody. */
  holder(identity: string | null): void;
  /** An attempt to get or to renew the lease failed; there will be another. */
  failed(error: Error): void;
}

export interface LeaderElectorOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly name: string;
  /** Different for every run of every process. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly events?: LeaderElectorEvents;
  /** How long others wait for a renewal before they take the lease, ms. */
  readonly leaseDurationMs?: number;
  /** The leader stops when it could not renew for so long, ms; well below the lease's duration. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  /** How long the work may take to stop, ms; after that `run` rejects, and the process has to end. */
  readonly stopMs?: number;
}

/** What leads: runs until its signal is aborted, and resolves when nothing of it is under way any more. */
export type Lead = (signal: AbortSignal) => Promise<void>;

/** Waits between attempts are longer by up to this part, so that candidates don't keep step. */
const JITTER = 0.25;
/** An attempt may take this part of the time that a leader has. */
const ATTEMPT = 1 / 3;
/** A leader whose renewal failed waits only for this part. */
const IN_NEED = 1 / 4;

interface Observation {
  readonly lease: Lease;
  readonly atMs: number;
}

/**
 * Leads while it holds a Lease, by the rules of client-go.
 *
 * Clocks of machines are not compared: a candidate waits until it has seen the record unchanged for the lease's whole duration. The leader
 * counts from before it sent the renewal that succeeded, so that its own time is always over before anybody else's wait is. Both clocks of
 * this machine have to agree that there is time left: one stands still while a machine sleeps, the other may be set.
 *
 * That narrows the time in which two may act to what was already on its way when a process was stopped. Against that only preconditions of
 * the writes themselves help.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #stopMs: number;
  #observed: Observation | null = null;
  /** By both clocks: when the renewal was sent that succeeded last. Null: this process does not hold the lease. */
  #held: { readonly monotonicMs: number; readonly wallMs: number } | null = null;
  #leads = false;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2000;
    this.#stopMs = options.stopMs ?? this.#leaseDurationMs - this.#renewDeadlineMs;
    if (this.#leaseDurationMs <= this.#renewDeadlineMs) {
      throw new RangeError('the lease has to last longer than the leader tries to renew it');
    }
    if (this.#renewDeadlineMs <= this.#retryPeriodMs * (1 + JITTER)) {
      throw new RangeError('the leader needs time for more than one attempt to renew');
    }
  }

  /** Whether this process may act right now. */
  get leading(): boolean {
    return this.#leads && this.#leftMs() > 0;
  }

  /** Who was last seen to hold the lease; null: nobody. */
  get holder(): string | null {
    const identity = this.#observed?.lease.spec?.holderIdentity ?? '';
    return identity === '' ? null : identity;
  }

  /** For `ApiClient.beforeWrite`: throws unless this process may act right now. */
  readonly assertLeading = (): void => {
    if (!this.leading) throw new RefusedHereError('this process does not lead');
  };

  /**
   * Waits for the lease, leads, and when it is lost, waits again. Aborting it stops the work, gives the lease up and resolves. Rejects
   * when the work ended by itself, or did not stop in time: the process has to end then.
   */
  async run(lead: Lead, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (await this.#acquire(signal)) await this.#term(lead, signal);
    }
  }

  /** Resolves with true when the lease is held, with false when aborted. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      await this.#attempt(signal);
      if (this.#leftMs() > 0) return true;
      // Not later than the lease that stands in the way ends.
      const othersLeftMs = this.#othersLeftMs();
      const pauseMs = this.#pauseMs();
      await this.#sleep(othersLeftMs > 0 ? Math.min(pauseMs, othersLeftMs) : pauseMs, signal);
    }
    return false;
  }

  async #term(lead: Lead, signal: AbortSignal): Promise<void> {
    const work = new AbortController();
    const renewing = new AbortController();
    const stop = (): void => work.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#leads = true;
    this.#options.events?.leading(true);
    const renewals = this.#renew(work, renewing.signal);
    try {
      await this.#untilStopped(lead, work.signal);
    } finally {
      this.#leads = false;
      signal.removeEventListener('abort', stop);
      renewing.abort();
      await renewals;
      this.#options.events?.leading(false);
      await this.#release();
    }
  }

  /** Resolves when the work has stopped because it was told to. */
  async #untilStopped(lead: Lead, signal: AbortSignal): Promise<void> {
    const overdue = new AbortController();
    const ended = new AbortController();
    const limit = (): void => {
      this.#options.clock.sleep(this.#stopMs, ended.signal).then(
        () => overdue.abort(new Error(`the work did not stop within ${this.#stopMs} ms`)),
        () => undefined,
      );
    };
    signal.addEventListener('abort', limit, { once: true });
    if (signal.aborted) limit();
    try {
      await abortable(lead(signal), overdue.signal);
    } catch (error) {
      // Whatever is still under way may go on: the lease is not given up, it has to end by itself.
      if (overdue.signal.aborted) this.#held = null;
      if (overdue.signal.aborted || !signal.aborted) throw error;
    } finally {
      ended.abort();
      signal.removeEventListener('abort', limit);
    }
    if (!signal.aborted) throw new Error('the work ended by itself');
  }

  /** Renews until it is aborted, also while the work is stopping. When time is over, it aborts the work and ends. Never rejects. */
  async #renew(work: AbortController, signal: AbortSignal): Promise<void> {
    let pauseMs = this.#pauseMs();
    for (;;) {
      await this.#sleep(Math.min(pauseMs, Math.max(this.#leftMs(), 0)), signal);
      if (this.#leftMs() > 0 && !signal.aborted) {
        const renewed = await this.#attempt(signal);
        // There is time for several attempts, also when some of them hang.
        pauseMs = this.#pauseMs() * (renewed ? 1 : IN_NEED);
      }
      if (signal.aborted) return;
      if (this.#leftMs() > 0) continue;
      this.#held = null;
      this.#leads = false;
      work.abort(new RefusedHereError('the lease was lost'));
      return;
    }
  }

  /** Tries once to get or to renew the lease; whether nothing went wrong. Never rejects. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { clock, events } = this.#options;
    const aboutMs = this.#renewDeadlineMs * ATTEMPT;
    const timeoutMs = this.#held === null ? aboutMs : Math.min(aboutMs, this.#leftMs());
    try {
      await withDeadline(clock, timeoutMs, signal, (limited) => this.#acquireOrRenew(limited));
      return true;
    } catch (error) {
      if (!signal.aborted) events?.failed(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    if (this.#held !== null && this.#observed !== null) {
      try {
        await this.#write(this.#observed.lease, signal);
        return;
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error;
        // Somebody wrote it or took it away: look.
      }
    }
    const lease = await client.find<Lease>(leases, { namespace, name }, { signal });
    if (lease === null) {
      // Whoever held it may not know yet that it is gone.
      if (this.#othersLeftMs() <= 0) await this.#write(null, signal);
      return;
    }
    this.#observe(lease, clock.monotonicMs());
    // It was held, and now it is somebody else's, or nobody's: a term is over even if the next one can begin at once.
    if (this.#held !== null && this.holder !== identity) this.#held = null;
    else if (this.#othersLeftMs() <= 0) await this.#write(lease, signal);
  }

  /** Makes this process the holder. Rejects with a conflict when the lease is no longer as it was seen. */
  async #write(lease: Lease | null, signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    const sent = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    const now = microTime(sent.wallMs);
    const { acquireTime = now, leaseTransitions = 0, ...before } = lease?.spec ?? {};
    const renews = before.holderIdentity === identity;
    const spec: LeaseSpec = {
      ...before,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquireTime: renews ? acquireTime : now,
      renewTime: now,
      leaseTransitions: renews || lease === null ? leaseTransitions : leaseTransitions + 1,
    };
    const metadata = lease?.metadata ?? { namespace, name };
    const object: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    try {
      const written = await (lease === null
        ? client.create(leases, object, { signal })
        : client.replace(leases, object, { signal }));
      this.#observe(written, sent.monotonicMs);
      this.#held = sent;
    } catch (error) {
      if (lease === null && isAlreadyExists(error)) {
        this.#held = null;
        return;
      }
      throw error;
    }
  }

  /** Lets others have the lease at once. Never rejects: if it fails, they wait for its end. */
  async #release(): Promise<void> {
    const { clock, events } = this.#options;
    if (this.#held === null) return;
    this.#held = null;
    try {
      await withDeadline(clock, this.#renewDeadlineMs * ATTEMPT, undefined, (signal) => this.#giveUp(signal));
    } catch (error) {
      events?.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #giveUp(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    let lease = this.#observed?.lease ?? null;
    while (lease?.spec?.holderIdentity === identity) {
      const now = microTime(clock.wallMs());
      const nobodys = { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      try {
        const free = { ...lease, spec: { ...lease.spec, ...nobodys } };
        this.#observe(await client.replace(leases, free, { signal }), clock.monotonicMs());
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
        // A renewal was still on its way, or somebody wrote a label.
        lease = await client.find<Lease>(leases, { namespace, name }, { signal });
      }
    }
  }

  #observe(lease: Lease, atMs: number): void {
    const { identity, events } = this.#options;
    const before = this.holder;
    const isUnchanged =
      this.#observed?.lease.metadata.uid === lease.metadata.uid &&
      isSame(this.#observed?.lease.spec, lease.spec);
    // Metadata may change without the holder being alive; the time of the record stays.
    this.#observed = { lease, atMs: isUnchanged && this.#observed !== null ? this.#observed.atMs : atMs };
    if (this.holder !== before && this.holder !== identity) events?.holder(this.holder);
  }

  /** How long this process may go on acting, ms. */
  #leftMs(): number {
    if (this.#held === null) return 0;
    const { clock } = this.#options;
    const ageMs = Math.max(clock.monotonicMs() - this.#held.monotonicMs, clock.wallMs() - this.#held.wallMs);
    return this.#renewDeadlineMs - ageMs;
  }

  /** How long somebody else's lease still has to be respected, ms. */
  #othersLeftMs(): number {
    if (this.#observed === null || this.holder === null || this.holder === this.#options.identity) return 0;
    const seconds = this.#observed.lease.spec?.leaseDurationSeconds;
    const durationMs = seconds === undefined ? this.#leaseDurationMs : seconds * 1000;
    return this.#observed.atMs + durationMs - this.#options.clock.monotonicMs();
  }

  #pauseMs(): number {
    return this.#retryPeriodMs * (1 + JITTER * this.#options.random());
  }

  /** Never rejects. */
  async #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(delayMs, signal);
    } catch {
      // Aborted; the caller looks at its signal.
    }
  }
}
