import { status } from '@grpc/grpc-js';
import { RetriableError } from '../actor/errors.ts';
import { statusOf } from './error-details.ts';
import { problem, toProblem } from './problems.ts';
import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../actor/clock.ts';
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
}

export interface CallsDependencies {
  readonly clock: Clock;
  /** Null: go on. Else the node sheds load and the client shall come back after so many ms. */
  readonly admit: () => { readonly retryAfterMs: number } | null;
  readonly callDone: (call: CallDone) => void;
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
}

/** What unary calls and streams have in common. */
interface AnyCall {
  readonly cancelled: boolean;
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
      const context: CallContext = { peer: call.getPeer(), metadata: call.metadata, cart: null };
      const startedMs = this.#deps.clock.monotonicMs();
      const done = (error: GrpcProblem | null): void =>
        this.#done({ service, method, unary: true, cart: context.cart }, call, startedMs, error);
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

  /**
   * A method that answers with a stream, read from what `open` gives: no faster than the client takes it, and closed when the client leaves. What it
   * throws is the stream's status.
   */
  stream<Request, Message>(
    service: string,
    method: string,
    open: (request: Request, context: CallContext, gone: AbortSignal) => AsyncIterable<Message>,
  ): handleServerStreamingCall<Request, Message> {
    return (call) => {
      const context: CallContext = { peer: call.getPeer(), metadata: call.metadata, cart: null };
      const startedMs = this.#deps.clock.monotonicMs();
      const gone = new AbortController();
      const finish = (error: GrpcProblem | null): void => {
        this.#done({ service, method, unary: false, cart: context.cart }, call, startedMs, error);
        if (gone.signal.aborted) return;
        // An error of the stream is how grpc-js learns of a status: it is sent behind the messages.
        if (error === null) call.end();
        else call.emit('error', statusOf(error));
      };
      this.#count(call, gone);
      this.#pump(call, gone.signal, () => open(call.request, context, gone.signal)).then(
        () => finish(null),
        (error: unknown) => finish(toProblem(error)),
      );
    };
  }

  /** A stream counts until it is really over, which is later than its last message where the client reads slowly. */
  #count(call: ServerWritableStream<unknown, unknown>, gone: AbortController): void {
    this.#streams += 1;
    // Comes once for every stream, also for those that ended in order.
    call.once('cancelled', () => {
      this.#streams -= 1;
      gone.abort();
    });
  }

  async #pump<Message>(
    call: ServerWritableStream<unknown, Message>,
    gone: AbortSignal,
    open: () => AsyncIterable<Message>,
  ): Promise<void> {
    this.#admit(this.#streams - 1);
    for await (const message of open()) {
      if (gone.aborted) return;
      if (!call.write(message)) await drained(call, gone);
    }
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
    callDone({ ...what, status: status[this.#statusOf(call, error)], durationMs, problem: error });
  }

  #statusOf(call: AnyCall, error: GrpcProblem | null): status {
    if (!call.cancelled) return error?.status ?? status.OK;
    return Number(call.getDeadline()) <= this.#deps.clock.wallMs()
      ? status.DEADLINE_EXCEEDED
      : status.CANCELLED;
  }
}

/** Resolves when the stream takes more, or nobody is there to take it. */
function drained(call: ServerWritableStream<unknown, unknown>, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      call.off('drain', end);
      gone.removeEventListener('abort', end);
      resolve();
    };
    call.once('drain', end);
    gone.addEventListener('abort', end, { once: true });
  });
}
