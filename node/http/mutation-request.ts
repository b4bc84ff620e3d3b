import { ifMatch, ifNoneMatch } from './conditional.ts';
import { HttpProblem } from './problems.ts';
import type { IncomingMessage } from 'node:http';
import type { MutationRequest } from '../actor/grain.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MaybeSpan } from '../observability/trace.ts';

/** A mutation with what its request's headers say of it. Throws `invalid-header`. */
export function requestOf(
  { headers }: IncomingMessage,
  mutation: Mutation,
  span: MaybeSpan,
): MutationRequest {
  return {
    mutation,
    requestId: idempotencyKey(headers['idempotency-key']),
    ifVersion: ifMatch(headers['if-match']),
    unlessVersion: ifNoneMatch(headers['if-none-match']),
    span,
  };
}

/** The Idempotency-Key, 1 to 255 printable ASCII characters (draft-ietf-httpapi-idempotency-key-header). */
function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw new HttpProblem('invalid-header', 'Idempotency-Key must be 1 to 255 printable ASCII characters');
}
