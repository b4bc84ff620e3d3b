import { CutError } from './fake-watch.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A request as the fake API server understands it. */
export interface FakeRequest {
  readonly verb: Verb;
  readonly plural: string;
  readonly namespace: string | undefined;
  /** Absent for a list, a watch and a create. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

export interface FakeResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string>;
}

/** What happens to a request in place of its being done: `perform` does it. */
export type Effect = (request: FakeRequest, perform: () => Promise<FakeResponse>) => Promise<FakeResponse>;

export interface Match {
  readonly verb?: Verb | readonly Verb[];
  readonly plural?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** How often; once, when it is not said. */
  readonly times?: number;
  /** Passes so many by first. */
  readonly after?: number;
}

export const writes: readonly Verb[] = ['create', 'update', 'patch', 'delete'];

/** A fault that was set. */
export class Fault {
  readonly #match: Match;
  readonly #effect: Effect;
  #passed = 0;
  #hits = 0;
  #removed = false;

  constructor(match: Match, effect: Effect) {
    this.#match = match;
    this.#effect = effect;
  }

  /** How often it happened. */
  get hits(): number {
    return this.#hits;
  }

  remove(): void {
    this.#removed = true;
  }

  /** The effect, if it is this request's turn. */
  take(request: FakeRequest): Effect | null {
    const { verb, plural, name, subresource, times = 1, after = 0 } = this.#match;
    if (this.#removed || this.#hits >= times) return null;
    if (verb !== undefined && ![verb].flat().includes(request.verb)) return null;
    if (plural !== undefined && plural !== request.plural) return null;
    if (name !== undefined && name !== request.name) return null;
    if (subresource !== undefined && subresource !== request.subresource) return null;
    this.#passed += 1;
    if (this.#passed <= after) return null;
    this.#hits += 1;
    return this.#effect;
  }
}

/** Answers with an error; the request is not done. */
export function refuse(
  code: number,
  { reason = '', message = 'injected', retryAfterSeconds }: RefuseOptions = {},
): Effect {
  return () => Promise.resolve(statusResponse(code, reason, message, retryAfterSeconds));
}

export interface RefuseOptions {
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
}

/** Answers with any text: a proxy's page, half a list. */
export function answerRaw(status: number, body: string): Effect {
  return () => Promise.resolve({ status, headers: { 'content-type': 'text/html' }, body });
}

/** Never answers; the request is not done. */
export const hang: Effect = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new CutError()), { once: true });
    if (signal.aborted) reject(new CutError());
  });

/** Breaks the connection; the request is not done. */
export const cut: Effect = () => Promise.reject(new CutError());

/** The request is done, and then this happens in place of its answer. */
export function doneBut(effect: Effect): Effect {
  return async (request, perform) => {
    await perform();
    return effect(request, perform);
  };
}

/** Something happens right before the request is done, or right after with {@link doneBut}. */
export function meanwhile(what: () => unknown): Effect {
  return async (_, perform) => {
    await what();
    return perform();
  };
}

/** The request is done, something happens, and then the answer goes out. */
export function then(what: () => unknown): Effect {
  return async (_, perform) => {
    const response = await perform();
    await what();
    return response;
  };
}

export interface Gate {
  readonly effect: Effect;
  /** Requests that wait. */
  readonly waiting: number;
  /** Lets those that wait pass, the last one first if asked for. */
  open(order?: 'in order' | 'reversed'): void;
}

/** Keeps requests waiting until a test lets them pass: delays, and an order that is not the one in which they were sent. */
export function gate(): Gate {
  const waiting: (() => void)[] = [];
  return {
    effect: async (_, perform) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return perform();
    },
    get waiting() {
      return waiting.length;
    },
    open: (order = 'in order') => {
      const all = waiting.splice(0);
      for (const pass of order === 'reversed' ? all.reverse() : all) pass();
    },
  };
}

export function statusResponse(
  code: number,
  reason: string,
  message: string,
  retryAfterSeconds?: number,
  causes: readonly object[] = [],
): FakeResponse {
  const details = { causes, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  const failed = code >= 300;
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: failed ? 'Failure' : 'Success',
    message,
    code,
    details,
  };
  return {
    status: code,
    headers: {
      'content-type': 'application/json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify(reason === '' ? status : { ...status, reason }),
  };
}

export function json(status: number, body: object): FakeResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
