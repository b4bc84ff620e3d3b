import { isCartId } from '../domain/cart-id.ts';
import { schemas } from '../domain/mutation.ts';
import { invalid, locate, MutationReader } from './mutations.ts';
import { requestIdOf } from './request-id.ts';
import { needsTrust } from './trust.ts';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { CallOptions__Output } from '../../proto/types/messages/CallOptions.ts';
import type { CartState } from '../../proto/types/messages/CartState.ts';
import type { MutationReply } from '../../proto/types/messages/MutationReply.ts';
import type { StateCall__Output } from '../../proto/types/messages/StateCall.ts';
import type { StateReply } from '../../proto/types/messages/StateReply.ts';
import type { GrainPool, MutationRequest } from '../actor/grain.ts';
import type { Cart } from '../domain/cart.ts';
import type { MutationType } from '../domain/mutation.ts';
import type { CallContext, Calls } from './calls.ts';
import type { Trust } from './trust.ts';

export const CART_ACTOR = 'messages.CartActor';

export interface CartActorContext {
  readonly pool: GrainPool;
  readonly trust: Trust;
  /** Which ids are taken, and the country of wishes that name none: as over HTTP. */
  readonly settings: { readonly CART_ID_POLICY: 'any' | 'minted'; readonly DEFAULT_COUNTRY: string };
}

/** Every `…Call` of a mutation. */
interface MutationCall {
  readonly cartId: string;
  readonly payload: unknown;
  readonly options: CallOptions__Output | null;
}

const mutationTypes = [...Object.keys(schemas), 'Batch'] as MutationType[];

/** `CartActor`: one call for each mutation, and the state. */
export function cartActor(calls: Calls, context: CartActorContext): UntypedServiceImplementation {
  const reader = new MutationReader(context.settings.DEFAULT_COUNTRY);
  const handlers: UntypedServiceImplementation = {
    GetState: calls.unary(CART_ACTOR, 'GetState', ({ cartId }: StateCall__Output, call) => {
      checkId(cartId, context, call);
      const read = context.pool.read(cartId);
      return read instanceof Promise ? read.then(stateReply) : stateReply(read);
    }),
  };
  for (const type of mutationTypes) {
    handlers[type] = calls.unary(CART_ACTOR, type, (request: MutationCall, call) => {
      checkId(request.cartId, context, call);
      return mutate(type, request, call, context, reader);
    });
  }
  return handlers;
}

async function mutate(
  type: MutationType,
  { cartId, payload, options }: MutationCall,
  call: CallContext,
  { pool, trust }: CartActorContext,
  reader: MutationReader,
): Promise<MutationReply> {
  const mutation = reader.read(type, payload, 'payload');
  if (needsTrust(mutation)) trust.check(call);
  const requestId = requestIdOf(call.metadata, options?.requestId);
  try {
    const { cart, version, replayed } = await pool.apply(cartId, {
      mutation,
      requestId,
      ifVersion: ifVersion(options),
    });
    return { state: cartState(cart), version, replayed };
  } catch (error) {
    throw locate(error, mutation, 'payload');
  }
}

/** The cart as clients see it: the domain's own fields, which messages.proto names alike. */
export function cartState(cart: Cart): CartState {
  return cart as unknown as CartState;
}

function stateReply(cart: Cart): StateReply {
  return { state: cartState(cart) };
}

/** Which versions the change is for. That the cart must exist means any version but the one before the first. */
function ifVersion(options: CallOptions__Output | null): MutationRequest['ifVersion'] {
  const { ifVersions = [], ifExists = false } = options ?? {};
  if (ifVersions.length === 0) return ifExists ? 'any' : undefined;
  return ifExists ? ifVersions.filter((version) => version > 0) : ifVersions;
}

/** Throws `invalid-value`. */
export function checkId(cartId: string, { settings }: CartActorContext, call: CallContext): void {
  const policy = settings.CART_ID_POLICY;
  if (!isCartId(cartId, policy)) {
    const shape = policy === 'minted' ? '22 letters and digits' : '1 to 64 letters, digits, _ and -';
    throw invalid('cartId', `must have ${shape}`);
  }
  call.cart = cartId;
}
