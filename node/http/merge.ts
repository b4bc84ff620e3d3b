import { Rejection } from '../domain/rejection.ts';
import { isCartId, isMinted } from './cart-id.ts';
import { HttpProblem } from './problems.ts';
import { mergeStrategies } from './request-schemas.ts';
import type { GrainPool, MutationReply, MutationRequest } from '../actor/grain.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { RejectionCode } from '../domain/rejection.ts';
import type { MergeBody } from './request-schemas.ts';

/** A merge as HTTP asks for it. */
export interface MergeRequest {
  readonly targetId: string;
  readonly mutation: Mutation;
}

/**
 * Which cart goes into which: the one that is addressed and the one that the body names.
 *
 * A cookie's cart can only be the source, and its holder gets the target's cookie: who had a shopper take his cart's cookie would else see what
 * the shopper brings to it after a login.
 */
export function mergeOf(
  body: MergeBody,
  addressed: string,
  byId: boolean,
  policy: 'any' | 'minted',
): MergeRequest {
  const { source: sourceId = addressed, target: targetId = addressed, strategy } = body;
  if (!byId && body.source !== undefined)
    throw refused(
      'source',
      'a cookie’s cart goes into the target, which gets the cookie: name the target',
      'nothing: leave it out',
    );
  if (!byId && !isMinted(targetId))
    throw refused(
      'target',
      'must be an id as this service mints them, as others are not believed in a cookie',
      MINTED,
    );
  const expected = policy === 'minted' ? MINTED : '1 to 64 letters, digits, _ and -';
  if (!isCartId(sourceId, policy)) throw refused('source', 'must be a cart’s id', expected);
  if (!isCartId(targetId, policy)) throw refused('target', 'must be a cart’s id', expected);
  const message = { sourceId, strategy: mergeStrategies[strategy] };
  return { targetId, mutation: { type: 'Merge', message } };
}

/**
 * Who has no cart yet or one that was never changed has nothing to bring, and gets the target’s cookie all the same: that is how a login ends. Who has the
 * target’s cookie already has done this before.
 */
export async function mergeByCookie(
  pool: GrainPool,
  targetId: string,
  request: MutationRequest,
): Promise<MutationReply> {
  try {
    return await pool.apply(targetId, request);
  } catch (error) {
    if (!(error instanceof Rejection) || !NOTHING_TO_BRING.has(error.code)) throw error;
    const cart = await pool.read(targetId, request.span);
    return { cart, version: cart.version, replayed: true };
  }
}

const NOTHING_TO_BRING = new Set<RejectionCode>(['unknown-source', 'self-merge']);

/** The form of ids that this service mints. */
const MINTED = '22 letters and digits';

function refused(field: string, message: string, expected: string): HttpProblem {
  return new HttpProblem('invalid-value', `${field}: ${message}`, [{ field, message, expected }]);
}
