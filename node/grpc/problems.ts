import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { DamagedCartError, RetriableError, UnknownOutcomeError } from '../actor/errors.ts';
import { Rejection } from '../domain/rejection.ts';
import type { RetriableCode } from '../actor/errors.ts';
import type { RejectionCode, RejectionKind } from '../domain/rejection.ts';

/** What this edge refuses by itself; the other codes are those of the inner layers, and the same as over HTTP. README.md documents all, and a test compares. */
export const ownProblems = {
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  'invalid-metadata': status.INVALID_ARGUMENT,
  'invalid-value': status.INVALID_ARGUMENT,
  'internal-error': status.INTERNAL,
  'cart-damaged': status.DATA_LOSS,
  'cluster-token-missing': status.UNAUTHENTICATED,
  'cluster-token-wrong': status.UNAUTHENTICATED,
  'node-overloaded': status.UNAVAILABLE,
  'not-trusted': status.PERMISSION_DENIED,
  'too-many-calls': status.RESOURCE_EXHAUSTED,
  'unknown-outcome': status.UNKNOWN,
  'watch-too-slow': status.ABORTED,
} as const satisfies Record<string, status>;

export type ProblemCode = keyof typeof ownProblems | RejectionCode | RetriableCode;

const kinds: Readonly<Record<RejectionKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  missing: status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  precondition: status.FAILED_PRECONDITION,
};

/** Where the kind alone would mislead a client's retries. */
const rejections: Readonly<Partial<Record<RejectionCode, status>>> = {
  // The value is right for another cart: OUT_OF_RANGE and not INVALID_ARGUMENT.
  'delivery-limit': status.OUT_OF_RANGE,
  'line-limit': status.OUT_OF_RANGE,
  'line-total-limit': status.OUT_OF_RANGE,
  'quantity-limit': status.OUT_OF_RANGE,
  'request-in-progress': status.ABORTED,
};

/** Something is full, and a call to another node may find it no better. All others may be tried again at once, elsewhere. */
const exhausted: ReadonlySet<string> = new Set([
  'journal-full',
  'mailbox-full',
  'pool-full',
  'remembered-requests-full',
  'watchers-full',
]);

/** One value that was not acceptable. */
export interface FieldViolation {
  /** Path in the request, in JSON's spelling: `payload.items[0].quantity`. */
  readonly field: string;
  readonly description: string;
}

export interface ProblemDetails {
  readonly violations?: readonly FieldViolation[];
  /** When asking again makes sense, ms. */
  readonly retryAfterMs?: number;
  /** Further facts for programs, by their names. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** An answer other than success. */
export class GrpcProblem extends Error {
  override readonly name = 'GrpcProblem';
  readonly code: ProblemCode;
  readonly status: status;
  readonly details: ProblemDetails;
  /** This very answer, for the client to quote and for the log to be searched for. */
  readonly instance = `urn:uuid:${randomUUID()}`;

  constructor(
    code: ProblemCode,
    grpcStatus: status,
    message: string,
    details: ProblemDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = grpcStatus;
    this.details = details;
  }
}

/** A problem of this edge's own. */
export function problem(
  code: keyof typeof ownProblems,
  message: string,
  details: ProblemDetails = {},
): GrpcProblem {
  return new GrpcProblem(code, ownProblems[code], message, details);
}

/** What any error of the inner layers means to a client. What is not known here is ours to mend: INTERNAL, and nothing of it is told. */
export function toProblem(error: unknown): GrpcProblem {
  if (error instanceof GrpcProblem) return error;
  if (error instanceof Rejection) {
    const { field, limit } = error.details;
    return new GrpcProblem(error.code, rejections[error.code] ?? kinds[error.kind], error.message, {
      violations: field === undefined ? [] : [{ field, description: error.message }],
      facts: limit === undefined ? {} : { limit: String(limit) },
    });
  }
  const cause = { cause: error };
  if (error instanceof RetriableError) {
    const code = exhausted.has(error.code) ? status.RESOURCE_EXHAUSTED : status.UNAVAILABLE;
    return new GrpcProblem(error.code, code, error.message, { retryAfterMs: error.retryAfterMs }, cause);
  }
  if (error instanceof UnknownOutcomeError) {
    const message = 'the change may or may not be stored; the same call with the same request id tells';
    return new GrpcProblem('unknown-outcome', ownProblems['unknown-outcome'], message, {}, cause);
  }
  if (error instanceof DamagedCartError) {
    const message = 'what is stored of this cart is damaged; it is kept as it is until somebody looked at it';
    return new GrpcProblem('cart-damaged', ownProblems['cart-damaged'], message, {}, cause);
  }
  const message = 'the call could not be handled; nothing else is known about it';
  return new GrpcProblem('internal-error', ownProblems['internal-error'], message, {}, cause);
}
