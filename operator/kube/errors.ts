/**
 * What can go wrong with a request, by what follows for the caller.
 *
 * `ApiError`: the API server answered and said no. Nothing was changed by a 4xx; after a 5xx one has to look.
 * `NoAnswerError`: no answer, or half of one. Of a write it is not known whether it was done; one has to look.
 * `RefusedHereError`: it was never sent.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The API server's word for it: `NotFound`, `Conflict`, `AlreadyExists`, `Expired`, … */
  readonly reason: string;
  /** How long the API server asks to be left alone, ms; null when it does not say. */
  readonly retryAfterMs: number | null;
  /** Which fields are wrong, where it says so. */
  readonly causes: readonly StatusCause[];

  constructor(message: string, { status, reason, retryAfterMs = null, causes = [] }: ApiErrorDetails) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.causes = causes;
  }
}

export interface ApiErrorDetails {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs?: number | null;
  readonly causes?: readonly StatusCause[];
}

export interface StatusCause {
  readonly field?: string;
  readonly reason?: string;
  readonly message?: string;
}

export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** This process may not write at the moment, so the request was not sent. */
export class RefusedHereError extends Error {
  override readonly name = 'RefusedHereError';
}

/** A watch that nothing came from for too long, not even a bookmark. */
export class SilentWatchError extends Error {
  override readonly name = 'SilentWatchError';
}

/** A watch that says what it can't mean. What follows in it is not to be trusted. */
export class MalformedWatchError extends Error {
  override readonly name = 'MalformedWatchError';
}

/** The `Status` object that the API server answers with when it refuses. */
export interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly StatusCause[] };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** `code` and `retryAfterMs` are what HTTP said; a watch has neither, there the status itself says it. */
export function errorOf(what: string, status: Status, code?: number, retryAfterMs?: number | null): ApiError {
  const number = code ?? status.code ?? 500;
  const seconds = status.details?.retryAfterSeconds;
  return new ApiError(`${what}: ${status.message ?? `status ${number}`}`, {
    status: number,
    reason: status.reason ?? REASONS[number] ?? 'Unknown',
    retryAfterMs: retryAfterMs ?? (seconds === undefined || seconds <= 0 ? null : seconds * 1000),
    causes: status.details?.causes ?? [],
  });
}

const is =
  (status: number, reason?: string) =>
  (error: unknown): error is ApiError =>
    error instanceof ApiError && error.status === status && (reason === undefined || error.reason === reason);

export const isUnauthorized = is(401);
export const isForbidden = is(403);
export const isNotFound = is(404);
/** Somebody else wrote meanwhile, a precondition does not hold, or another manager owns the field. */
export function isConflict(error: unknown): error is ApiError {
  return is(409, 'Conflict')(error) || isOtherUid(error);
}
export const isAlreadyExists = is(409, 'AlreadyExists');
/** The version asked for is no longer there: list anew. */
export const isGone = is(410);
/** The object breaks the rules of its kind; the same again would, too. */
export function isInvalid(error: unknown): error is ApiError {
  return is(422)(error) && !isOtherUid(error);
}
export const isThrottled = is(429);

/** How long the API server asks to be left alone, ms; 0 when it does not. */
export function retryAfterMsOf(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
}

/** What a patch is answered that means another object than the one that is there now: the API server sees an attempt to change its uid. */
function isOtherUid(error: unknown): boolean {
  return is(422)(error) && error.causes.some(({ field }) => field === 'metadata.uid');
}
