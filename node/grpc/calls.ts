import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { RetriableError } from '../actor/errors.ts';
import { beginSpan, endSpan } from './spans.ts';
import { statusOf } from './error-details.ts';
import { problem, toProblem } from './problems.ts';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { Clock } from '../actor/clock.ts';
import type { Span, Tracer } from '../observability/trace.ts';
import type { GrpcProblem } from './problems.ts';
import type { Caller } from './trust.ts';

/** One call, when it was answered. */
export interface CallDone {
  readonly service: string;
  readonly method: string;
  /** The status' name; CANCELLED or DEADLINE_EXCEEDED where the client did not wait for the answer. */
  readonly status: string;
  readonly durationMs: number;
  /** Null where the call named no cart, or not as it must. */
  readonly cart: string | null;
  /** What was answered; its `cause` is for the log, never for the client. */
  readonly problem: GrpcProblem | null;
  /** It answers with one message: how long it took says something. */
  readonly unary: boolean;
  /** None where nothing is traced. */
  readonly span: Span | null;
}

export interface CallsDependencies {
  readonly clock: Clock;
  /** Null: go on. Else the node sheds load and the client shall come back after so many ms. */
  readonly admit: () => { readonly retryAfterMs: number } | null;
  readonly callDone: (call: CallDone) => void;
  /** Null: nothing is traced. */
  readonly tracer: () => Tracer | null;
}

export interface CallsOptions {
  /** Unary calls under way at once, and as many streams. */
  readonly callsMax: number;
  /** Time for a unary call that gives itself none, or more. */
  readonly deadlineMs: number;
}

/** What a handler knows of its call besides the request. */
export interface CallContext extends Caller {
  /** To be told which cart it is about. */
  cart: string | null;
  /** None where nothing is traced. */
  readonly span: Span | null;
}

/** Where a handler writes the messages of a stream to. */
export class Outgoing<Message> {
  readonly #call: ServerWritableStream<unknown, Message>;
  /** Aborts when nobody is there any more to read. */
  readonly gone: AbortSignal;

  constructor(call: ServerWritableStream<unknown, Message>, gone: AbortSignal) {
    this.#call = call;
    this.gone = gone;
  }

  /** False when there is no room for another message before {@link drained}. */
  write(message: Message): boolean {
    return this.gone.aborted || this.#call.write(message);
  }

  /** Resolves when there is room again. Rejects when `signal` aborts before. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.#call.writableNeedDrain) await once(this.#call, 'drain', { signal });
  }
}

/** What unary calls and streams have in common. */
interface AnyCall {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Date | number;
}

const RETRY_MS = 1000;

/**
 * The one place where calls begin and end: bounds, deadlines, errors as statuses, everything observed. Handlers throw what went wrong and know
 * nothing of gRPC.
 */
export class Calls {
  readonly #deps: CallsDependencies;
  readonly #options: CallsOptions;
  #running = 0;
  #streams = 0;
  #closing = false;

  constructor(deps: CallsDependencies, options: CallsOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Unary calls whose work is not done. */
  get running(): number {
    return this.#running;
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams;
  }

  /** Takes no more calls; those that are there go on. */
  close(): void {
    this.#closing = true;
  }

  /** A method with one answer. Its work goes on when the client no longer waits: half of it may be done. */
  unary<Request, Reply>(
    service: string,
    method: string,
    handle: (request: Request, context: CallContext) => Reply | Promise<Reply>,
  ): handleUnaryCall<Request, Reply> {
    return (call, callback) => {
      const context = this.#contextOf(call, service, method);
      const startedMs = this.#deps.clock.monotonicMs();
      const done = (error: GrpcProblem | null): void =>
        this.#done({ service, method, unary: true, ...about(context) }, call, startedMs, error);
      this.#answer(() => handle(call.request, context)).then(
        (reply) => {
          done(null);
          callback(null, reply);
        },
        (error: unknown) => {
          const found = toProblem(error);
          done(found);
          callback(statusOf(found));
        },
      );
    };
  }

  /** A method that answers with as many messages as the handler writes. It ends when the handler is done; what that throws is the stream's status. */
  stream<Request, Message>(
    service: string,
    method: string,
    handle: (request: Request, context: CallContext, out: Outgoing<Message>) => Promise<void>,
  ): handleServerStreamingCall<Request, Message> {
    return (call) => {
      const context = this.#contextOf(call, service, method);
      const startedMs = this.#deps.clock.monotonicMs();
      const gone = this.#count(call);
      const finish = (error: GrpcProblem | null): void => {
        this.#done({ service, method, unary: false, ...about(context) }, call, startedMs, error);
        if (gone.aborted) return;
        // An error of the stream is how grpc-js learns of a status: it is sent behind the messages.
        if (error === null) call.end();
        else call.emit('error', statusOf(error));
      };
      this.#begin(() => handle(call.request, context, new Outgoing(call, gone))).then(
        () => finish(null),
        (error: unknown) => finish(toProblem(error)),
      );
    };
  }

  #contextOf(call: AnyCall, service: string, method: string): CallContext {
    const { metadata } = call;
    const span = beginSpan(this.#deps.tracer(), { service, method }, metadata);
    return { peer: call.getPeer(), metadata, cart: null, span };
  }

  /** A stream counts until it is really over, which is later than its last message where the client reads slowly. Returns what aborts then. */
  #count(call: ServerWritableStream<unknown, unknown>): AbortSignal {
    const gone = new AbortController();
    this.#streams += 1;
    // Comes once for every stream, also for those that ended in order.
    call.once('cancelled', () => {
      this.#streams -= 1;
      gone.abort();
    });
    return gone.signal;
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    this.#admit(this.#streams - 1);
    await work();
  }

  async #answer<Reply>(work: () => Reply | Promise<Reply>): Promise<Reply> {
    this.#admit(this.#running);
    const reply = work();
    if (!(reply instanceof Promise)) return reply;
    this.#running += 1;
    // Also behind an answer that did not wait for it: the work is there until it ends.
    const release = (): void => {
      this.#running -= 1;
    };
    reply.then(release, release);
    return this.#within(reply);
  }

  /** Throws what keeps a call from beginning. */
  #admit(underWay: number): void {
    if (this.#closing) throw new RetriableError('closing', 'this node is shutting down', RETRY_MS);
    const overload = this.#deps.admit();
    if (overload !== null)
      throw problem('node-overloaded', 'the node has more to do than it can; ask again later', overload);
    const { callsMax } = this.#options;
    if (underWay >= callsMax)
      throw problem('too-many-calls', `${callsMax} calls are under way`, { retryAfterMs: RETRY_MS });
  }

  /** The client's own deadline is kept by grpc-js. */
  async #within<Reply>(reply: Promise<Reply>): Promise<Reply> {
    const { deadlineMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `not done within ${deadlineMs} ms; a change may still be made, the same call with the same request id tells`;
        reject(problem('deadline-exceeded', message));
      }, deadlineMs);
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #done(
    what: Omit<CallDone, 'status' | 'durationMs' | 'problem'>,
    call: AnyCall,
    startedMs: number,
    error: GrpcProblem | null,
  ): void {
    const { clock, callDone } = this.#deps;
    const durationMs = clock.monotonicMs() - startedMs;
    const done = { ...what, status: status[this.#statusOf(call, error)], durationMs, problem: error };
    callDone(done);
    if (what.span !== null) endSpan(what.span, done);
  }

  #statusOf(call: AnyCall, error: GrpcProblem | null): status {
    if (!call.cancelled) return error?.status ?? status.OK;
    return Number(call.getDeadline()) <= this.#deps.clock.wallMs()
      ? status.DEADLINE_EXCEEDED
      : status.CANCELLED;
  }
}

/** Of what a handler was given, what it is known by afterwards. */
function about({ cart, span }: CallContext): Pick<CallDone, 'cart' | 'span'> {
  return { cart, span };
}
