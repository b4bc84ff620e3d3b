import { z } from 'zod';

/** What goes wrong with a provider, one call at a time. */
export const faultSchema = z.strictObject({
  fault: z.enum([
    /** 400 BAD_VALUE */
    'refuse',
    /** 401 without a body */
    'unauthorized',
    /** 403 READ_ONLY_ORDER */
    'read-only',
    /** 404 without a body */
    'gone',
    /** 200 without a body: an order that expired */
    'expired',
    /** 500 */
    'fail',
    /** 504, after `ms` */
    'gateway-timeout',
    /** the right answer, after `ms` */
    'slow',
    /** the call is carried out, and the connection is reset without an answer */
    'lose-answer',
    /** the connection is reset, nothing is carried out */
    'lose-request',
    /** the call is carried out, and the answer never comes */
    'hang',
    /** the call is carried out, the answer breaks off */
    'malformed',
    /** the call is carried out, the answer has no snippet */
    'no-snippet',
  ]),
  /** Only of these calls; absent: of the next one, whichever it is. */
  call: z.enum(['create', 'read', 'update', 'abort', 'placed', 'acknowledge', 'references']).optional(),
  times: z.int().min(1).max(1000).default(1),
  ms: z.int().min(0).max(60_000).default(0),
});
export type Fault = z.output<typeof faultSchema>;
export type Call = NonNullable<Fault['call']>;

/** Faults that wait for their call, in order. */
export class Faults {
  #waiting: Fault[] = [];

  add(fault: Fault): void {
    for (let n = 0; n < fault.times; n += 1) this.#waiting.push(fault);
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault of this call; null for none. It is used up. */
  take(call: Call): Fault | null {
    const index = this.#waiting.findIndex((fault) => fault.call === undefined || fault.call === call);
    return index === -1 ? null : (this.#waiting.splice(index, 1)[0] ?? null);
  }
}
