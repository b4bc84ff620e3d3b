import { Rejection } from '../domain/rejection.ts';
import { NEVER } from '../journal/port.ts';
import { DamagedCartError, RetriableError, UnknownOutcomeError } from './errors.ts';
import { encodeRecord, encodeSnapshot } from './record.ts';
import { takeForRecord } from './record-bounds.ts';
import { RequestLedger } from './request-ledger.ts';
import { beginApply, beginAppend, endAppend, endApply } from './spans.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { Conflict, Head, Session, WriteOutcome } from '../journal/port.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { Clock } from './clock.ts';
import type { Grain, MutationReply, MutationRequest, Watcher } from './grain.ts';
import type { GroupCommit, RecordEntry } from './group-commit.ts';
import type { AppliedMutation, StoredRequest } from './record.ts';
import type { RequestIdentity } from './remembered-requests.ts';
import type { GrainContent, StoredContent } from './resting-cart.ts';

/** A snapshot is stored after this many records, or this many bytes of them: it bounds what a cold load replays. */
const SNAPSHOT_RECORDS = 64;
const SNAPSHOT_BYTES = 32_768;

const DAY_MS = 86_400_000;
const RESEND_FIRST_MS = 50;
const RESEND_MAX_MS = 2000;

export interface GrainOptions {
  /** Requests that may wait in one cart's mailbox. */
  readonly mailboxMax: number;
  /** Days after its last change that a cart expires. */
  readonly cartTtlDays: number;
}

export type MutationOutcome = 'applied' | 'replayed' | 'rejected' | 'failed';

/** What the grains of one session need from the node around them: one object for all of them. */
export interface GrainContext {
  readonly clock: Clock;
  readonly registry: MutationRegistry;
  readonly commit: GroupCommit;
  readonly session: Session;
  readonly options: GrainOptions;
  /** Ends with the node: stops the resending of a record with an unknown outcome. */
  readonly signal: AbortSignal;
  /** Asks the catalog to complete a wish. Synchronous where the answer is at hand. */
  readonly complete: (mutation: Mutation, cart: Cart, span: MaybeSpan) => Mutation | Promise<Mutation>;
  nextRecordId(): number;
  /** This grain is over: drop it. Called once. */
  lost(grain: LocalGrain, conflict: Conflict | null): void;
  /** Somebody came by a cart that is being merged into another one. */
  touched(cart: Cart): void;
  /** What is stored of the cart can't be built on. */
  damaged(cart: string, error: Error): void;
  /** For metrics: once a mutation was decided. */
  mutationDone(mutation: Mutation, outcome: MutationOutcome, durationMs: number): void;
}

/** One request in the mailbox. */
interface Pending {
  readonly request: MutationRequest;
  readonly identity: RequestIdentity | null;
  readonly mutation: Mutation;
  /** Monotonic ms of its arrival. */
  readonly startedMs: number;
  readonly span: MaybeSpan;
  readonly resolve: (reply: MutationReply) => void;
  readonly reject: (error: Error) => void;
}

/** A record under way, and what becomes true and who is answered when it lands. */
interface Group {
  readonly entry: RecordEntry;
  readonly atMs: number;
  readonly applied: readonly { readonly pending: Pending; readonly cart: Cart }[];
  /** Judged against mutations of this very record: their answer must not be known before it is durable. */
  readonly rejected: readonly { readonly pending: Pending; readonly error: Error }[];
}

/**
 * The activation of a cart on this node.
 *
 * The order of one mutation, which is the promise of the whole system:
 *
 * 1. validate: the edge parsed it; here the mailbox's bound is checked            `apply`
 * 2. dedup: a known request id is answered, a running one refused                 `apply`
 * 3. complete: the catalog is asked, where the mutation is a wish                 `apply`
 * 4. apply to a private copy, behind the mutations before it                      `#applyAll`
 * 5. append: one record for everything that waited                                `#next`
 * 6. commit: the copy becomes the state                                           `#commit`
 * 7. reply, 8. publish to watchers                                                `#commit`
 *
 * At most one record is under way. Nothing that depends on it is told to anyone before the journal said that it is durable: replies
 * wait for it, reads see the state before it, and so do rejections that were judged behind it.
 */
export class LocalGrain implements Grain {
  readonly id: string;
  readonly #context: GrainContext;
  #head: Head | null;
  #cart: Cart;
  #atMs: number;
  #tail: GrainContent['tail'];
  readonly #requests: RequestLedger;
  #mailbox: Pending[] = [];
  #group: Group | null = null;
  #completing = 0;
  #resending = false;
  #over: Error | null = null;
  #watchers: Set<Watcher> | null = null;
  /** Monotonic ms of the last use; the pool reads it. */
  usedMs: number;

  constructor(context: GrainContext, content: GrainContent) {
    this.id = content.cart.id;
    this.#context = context;
    this.#head = content.head;
    this.#cart = content.cart;
    this.#atMs = content.atMs;
    this.#tail = content.tail;
    this.#requests = new RequestLedger(content.requests);
    this.usedMs = context.clock.monotonicMs();
  }

  /** Neither a record nor a request is under way and nobody watches: the pool may let it rest or go. */
  get idle(): boolean {
    return (
      this.#group === null && this.#mailbox.length === 0 && this.#completing === 0 && this.#watchers === null
    );
  }

  /** False before the first record: the session owns nothing then, and others may make the cart. */
  get stored(): boolean {
    return this.#head !== null;
  }

  /** The record that the committed state is from; 0 before the first. */
  get seq(): number {
    return this.#head?.seq ?? 0;
  }

  get mailboxLength(): number {
    return this.#mailbox.length;
  }

  /** What the pool keeps of an idle grain. Null for a cart that was never stored: there is nothing to keep. */
  content(): StoredContent | null {
    if (this.#head === null) return null;
    const requests = this.#requests.list();
    return {
      head: this.#head,
      cart: this.#cart,
      requests,
      atMs: this.#atMs,
      tail: this.#tail,
      usedMs: this.usedMs,
    };
  }

  read(): Cart {
    if (this.#over !== null) throw this.#over;
    this.usedMs = this.#context.clock.monotonicMs();
    return this.#cart;
  }

  watch(watcher: Watcher): () => void {
    if (this.#over !== null) throw this.#over;
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    return () => {
      this.#watchers?.delete(watcher);
      if (this.#watchers?.size === 0) this.#watchers = null;
      this.usedMs = this.#context.clock.monotonicMs();
    };
  }

  apply(request: MutationRequest): Promise<MutationReply> {
    const startedMs = this.#context.clock.monotonicMs();
    this.usedMs = startedMs;
    return new Promise((resolve, reject) => {
      // Executors that throw reject their promise.
      const known = this.#admit(request);
      if (known.reply !== null) {
        this.#context.mutationDone(request.mutation, 'replayed', 0);
        resolve(known.reply);
        return;
      }
      this.#complete({
        request,
        identity: known.identity,
        mutation: request.mutation,
        startedMs,
        span: beginApply(request),
        resolve,
        reject,
      });
    });
  }

  /** Ends the grain: everyone who waits and everyone who still comes is told so. */
  end(error: Error): void {
    if (this.#over !== null) return;
    this.#over = error;
    for (const pending of this.#mailbox.splice(0)) this.#fail(pending, error);
    const watchers = this.#watchers;
    this.#watchers = null;
    for (const watcher of watchers ?? []) watcher.ended(error);
  }

  /** Bounds and dedup: the reply for a repetition, or the identity under which the request now runs. */
  #admit(
    request: MutationRequest,
  ): { reply: MutationReply } | { reply: null; identity: RequestIdentity | null } {
    if (this.#over !== null) throw this.#over;
    if (this.#resending) throw unavailable('the journal has not answered for this cart’s last change');
    let identity: RequestIdentity | null = null;
    if (request.requestId !== undefined) {
      const found = this.#requests.look(request.requestId, request.mutation, this.#context.clock.wallMs());
      if ('version' in found) return { reply: { cart: this.#cart, version: found.version, replayed: true } };
      identity = found;
    }
    if (this.#mailbox.length + this.#completing >= this.#context.options.mailboxMax) {
      throw new RetriableError(
        'mailbox-full',
        `${this.#context.options.mailboxMax} requests wait for this cart`,
        1000,
      );
    }
    if (identity !== null) this.#requests.begin(identity);
    return { reply: null, identity };
  }

  /** Has the catalog complete the mutation. From here on every way ends in {@link #finish}, which frees the request's key. */
  #complete(pending: Pending): void {
    try {
      const completed = this.#context.complete(pending.mutation, this.#cart, pending.span);
      if (completed instanceof Promise) this.#completeLater(pending, completed);
      else this.#enqueue({ ...pending, mutation: completed });
    } catch (error) {
      this.#fail(pending, toError(error));
    }
  }

  #completeLater(pending: Pending, completed: Promise<Mutation>): void {
    this.#completing += 1;
    completed.then(
      (mutation) => {
        this.#completing -= 1;
        this.#enqueue({ ...pending, mutation });
      },
      (error: unknown) => {
        this.#completing -= 1;
        this.#fail(pending, toError(error));
      },
    );
  }

  #enqueue(pending: Pending): void {
    if (this.#over !== null) {
      this.#fail(pending, this.#over);
      return;
    }
    this.#mailbox.push(pending);
    this.#next();
  }

  /** Sends the next record, if none is under way and someone waits. */
  #next(): void {
    while (this.#group === null && this.#over === null && this.#mailbox.length > 0) {
      const group = this.#applyAll(takeForRecord(this.#mailbox));
      if (group === null) continue;
      this.#group = group;
      const spans = beginAppend(group.applied);
      this.#context.commit.write(this.#context.session, group.entry, (outcome) => {
        if (spans !== null) endAppend(spans, outcome);
        this.#settled(group, outcome);
      });
    }
  }

  /** Applies to a private copy, one behind the other. Null when nothing was left to store. */
  #applyAll(batch: readonly Pending[]): Group | null {
    let cart = this.#cart;
    const applied: { pending: Pending; cart: Cart }[] = [];
    const rejected: { pending: Pending; error: Error }[] = [];
    for (const pending of batch) {
      try {
        checkVersion(cart, pending.request);
        cart = this.#context.registry.apply(cart, pending.mutation);
        applied.push({ pending, cart });
      } catch (error) {
        // Behind a mutation of this record the rejection may be its consequence, and nobody may know of it yet.
        if (applied.length === 0) this.#fail(pending, toError(error));
        else rejected.push({ pending, error: toError(error) });
      }
    }
    if (applied.length === 0) return null;
    const atMs = Math.max(this.#atMs, this.#context.clock.wallMs());
    return { entry: this.#entry(applied, atMs), atMs, applied, rejected };
  }

  #entry(applied: Group['applied'], atMs: number): RecordEntry {
    const record = encodeRecord({
      firstVersion: this.#cart.version + 1,
      atMs,
      applied: applied.map(({ pending }): AppliedMutation => {
        return { mutation: pending.mutation, status: 200, ...pending.identity };
      }),
    });
    const due =
      this.#tail.records + 1 >= SNAPSHOT_RECORDS || this.#tail.bytes + record.length >= SNAPSHOT_BYTES;
    return {
      cart: this.id,
      head: this.#head,
      recordId: this.#context.nextRecordId(),
      record,
      expiresDay: this.#expiresDay((applied.at(-1) as { cart: Cart }).cart, atMs),
      snapshot: due && this.#head !== null ? this.#snapshot(applied, atMs) : undefined,
    };
  }

  /** What is frozen for another cart must not be deleted before that has it. */
  #expiresDay({ merging }: Cart, atMs: number): number {
    if (merging?.done === false) return NEVER;
    return Math.ceil(atMs / DAY_MS) + this.#context.options.cartTtlDays;
  }

  #snapshot(applied: Group['applied'], atMs: number): Uint8Array {
    const requests = [...this.#requests.list(atMs), ...remembered(applied, atMs)];
    return encodeSnapshot({ state: (applied.at(-1) as { cart: Cart }).cart, requests, atMs });
  }

  #settled(group: Group, outcome: WriteOutcome): void {
    switch (outcome.status) {
      case 'ok':
        this.#commit(group, outcome.head);
        this.#next();
        return;
      case 'refused':
        if (outcome.reason === 'fenced') this.#lose(group, null);
        else this.#abort(group, refusal(outcome.reason, outcome.error));
        return;
      case 'unknown':
        this.#unknown(group, outcome.error);
        return;
      case 'conflict':
        this.#lose(group, outcome);
        return;
      case 'damaged': {
        const error = new DamagedCartError(`the cart can’t be changed: ${outcome.error.message}`);
        this.#context.damaged(this.id, error);
        this.#abort(group, error);
        return;
      }
    }
  }

  #commit(group: Group, head: Head): void {
    this.#head = head;
    this.#cart = (group.applied.at(-1) as { cart: Cart }).cart;
    this.#atMs = group.atMs;
    this.#tail =
      group.entry.snapshot === undefined
        ? { records: this.#tail.records + 1, bytes: this.#tail.bytes + group.entry.record.length }
        : { records: 0, bytes: 0 };
    this.#requests.remember(remembered(group.applied, group.atMs), group.atMs);
    this.#group = null;
    for (const { pending, cart } of group.applied) {
      this.#finish(pending, 'applied');
      if (pending.span) endApply(pending.span, { 'cartwright.version': cart.version });
      pending.resolve({ cart, version: cart.version, replayed: false });
    }
    for (const { pending, error } of group.rejected) this.#fail(pending, error);
    this.#publish(group);
  }

  #publish(group: Group): void {
    // The set is looked up once: whoever stops watching while it is told of a change may be the last one.
    const watchers = this.#watchers;
    if (watchers === null) return;
    for (const { pending, cart } of group.applied) {
      const change = { cart, mutation: pending.mutation, atMs: group.atMs };
      for (const watcher of watchers) watcher.changed(change);
    }
  }

  /** Nothing was written: the state stays, whoever waited for this record is told, the next one is tried. */
  #abort(group: Group, error: Error): void {
    this.#group = null;
    this.#failAll(group, error);
    this.#next();
  }

  /** Another owner, or none any more: this activation is over. */
  #lose(group: Group, conflict: Conflict | null): void {
    this.#group = null;
    const error = conflict?.regressed
      ? new DamagedCartError('the journal has lost changes of this cart that were acknowledged')
      : new RetriableError('ownership-lost', 'another node owns this cart now', 100);
    this.#failAll(group, error);
    this.end(error);
    this.#context.lost(this, conflict);
  }

  /** The callers learn the truth now; the cart goes on only when the journal has told what became of the record. */
  #unknown(group: Group, cause: Error): void {
    const error = new UnknownOutcomeError({ cause });
    for (const { pending } of group.applied) this.#report(pending, error);
    for (const { pending } of group.rejected) this.#report(pending, error);
    const waiting = unavailable('the journal has not answered for this cart’s last change');
    for (const pending of this.#mailbox.splice(0)) this.#fail(pending, waiting);
    if (this.#resending) return;
    this.#resending = true;
    void this.#resend(group);
  }

  /** Sends the very same record until its fate is known. Only `ok` and `conflict` tell; a refusal says nothing of the first try. */
  async #resend(group: Group): Promise<void> {
    for (let delayMs = RESEND_FIRST_MS; ; delayMs = Math.min(2 * delayMs, RESEND_MAX_MS)) {
      try {
        await this.#context.clock.sleep(delayMs, this.#context.signal);
      } catch {
        return;
      }
      const outcome = await new Promise<WriteOutcome>((resolve) => {
        this.#context.commit.write(this.#context.session, group.entry, resolve);
      });
      const fenced = outcome.status === 'refused' && outcome.reason === 'fenced';
      if (outcome.status === 'unknown' || (outcome.status === 'refused' && !fenced)) continue;
      this.#resending = false;
      // Repetitions of these requests were answered `request-in-progress` until now.
      this.#settled(group, outcome);
      return;
    }
  }

  #failAll(group: Group, error: Error): void {
    for (const { pending } of group.applied) this.#fail(pending, error);
    for (const { pending } of group.rejected) this.#fail(pending, error);
  }

  #fail(pending: Pending, error: Error): void {
    this.#finish(pending, error instanceof Rejection ? 'rejected' : 'failed');
    if (this.#cart.merging !== undefined) this.#context.touched(this.#cart);
    if (pending.span) endApply(pending.span, {}, error);
    pending.reject(error);
  }

  /** Answers the caller, but the request still runs: its key stays taken. */
  #report(pending: Pending, error: Error): void {
    if (pending.span) endApply(pending.span, {}, error);
    pending.reject(error);
  }

  #finish(pending: Pending, outcome: 'applied' | 'rejected' | 'failed'): void {
    const durationMs = this.#context.clock.monotonicMs() - pending.startedMs;
    this.#context.mutationDone(pending.request.mutation, outcome, durationMs);
    if (pending.identity !== null) this.#requests.end(pending.identity);
  }
}

/** What a record leaves to be remembered. */
function remembered(applied: Group['applied'], atMs: number): StoredRequest[] {
  return applied.flatMap(({ pending, cart }) => {
    return pending.identity === null
      ? []
      : [{ ...pending.identity, status: 200, version: cart.version, atMs }];
  });
}

/** Throws where the caller asked for other versions than the cart’s. */
export function checkVersion(
  { version }: Cart,
  { ifVersion, unlessVersion }: Pick<MutationRequest, 'ifVersion' | 'unlessVersion'>,
): void {
  if (ifVersion === undefined && unlessVersion === undefined) return;
  const isOneOf = (versions: readonly number[] | 'any'): boolean =>
    versions === 'any' ? version > 0 : versions.includes(version);
  const wanted = ifVersion === undefined || isOneOf(ifVersion);
  if (wanted && (unlessVersion === undefined || !isOneOf(unlessVersion))) return;
  throw new Rejection('precondition', 'version-mismatch', `the cart is at version ${version}`);
}

function refusal(reason: 'full' | 'unavailable', cause: Error): RetriableError {
  return reason === 'full'
    ? new RetriableError('journal-full', 'the journal has no room for changes', 5000, { cause })
    : unavailable('the journal takes no changes at the moment', cause);
}

function unavailable(message: string, cause?: Error): RetriableError {
  return new RetriableError('journal-unavailable', message, 1000, { cause });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
