import { isCartId, isMinted } from '../domain/cart-id.ts';
import { schemas } from '../domain/mutation.ts';
import { invalid, kindOf, locate, MutationReader } from './mutations.ts';
import { requestIdOf } from './request-id.ts';
import { needsTrust } from './trust.ts';
import { cartState } from './views.ts';
import { watchState } from './watch-state.ts';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { CallOptions__Output } from '../../proto/types/messages/CallOptions.ts';
import type { MutationReply } from '../../proto/types/messages/MutationReply.ts';
import type { StateCall__Output } from '../../proto/types/messages/StateCall.ts';
import type { StateReply } from '../../proto/types/messages/StateReply.ts';
import type { CartChange } from '../../proto/types/messages/CartChange.ts';
import type { WatchCall__Output } from '../../proto/types/messages/WatchCall.ts';
import type { GrainPool, MutationRequest } from '../actor/grain.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { CallContext, Calls } from './calls.ts';
import type { CallType } from './mutations.ts';
import type { Trust } from './trust.ts';
import type { WatchContext } from './watch-state.ts';

export const CART_ACTOR = 'messages.CartActor';

export interface CartActorContext extends WatchContext {
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

const mutationTypes = [...Object.keys(schemas), 'Batch'] as CallType[];

/** `CartActor`: one call for each mutation, the state, and its changes. */
export function cartActor(calls: Calls, context: CartActorContext): UntypedServiceImplementation {
  const reader = new MutationReader(context.settings.DEFAULT_COUNTRY);
  const handlers: UntypedServiceImplementation = {
    GetState: calls.unary(CART_ACTOR, 'GetState', ({ cartId }: StateCall__Output, call) => {
      call.cart = checkedId(cartId, context, 'cartId');
      const read = context.pool.read(cartId, call.span);
      return read instanceof Promise ? read.then(stateReply) : stateReply(read);
    }),
    WatchState: calls.stream<WatchCall__Output, CartChange>(
      CART_ACTOR,
      'WatchState',
      async (request, call, out) => {
        call.cart = checkedId(request.cartId, context, 'cartId');
        await watchState(request.cartId, request.afterVersion, out, context);
      },
    ),
  };
  for (const type of mutationTypes) {
    handlers[type] = calls.unary(CART_ACTOR, type, (request: MutationCall, call) => {
      call.cart = checkedId(request.cartId, context, 'cartId');
      return mutate(type, request, call, context, reader);
    });
  }
  return handlers;
}

async function mutate(
  type: CallType,
  { cartId, payload, options }: MutationCall,
  call: CallContext,
  context: CartActorContext,
  reader: MutationReader,
): Promise<MutationReply> {
  const { pool, trust } = context;
  const mutation = reader.read(type, payload, 'payload');
  checkNamed(cartId, mutation, context, 'payload');
  if (needsTrust(mutation)) trust.check(call);
  const requestId = requestIdOf(call.metadata, options?.requestId);
  try {
    const { cart, version, replayed } = await pool.apply(cartId, {
      mutation,
      requestId,
      ifVersion: ifVersion(options),
      span: call.span,
    });
    return { state: cartState(cart), version, replayed };
  } catch (error) {
    throw locate(error, mutation, 'payload');
  }
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

/** Also where another cart is named, it may be none of those that are not for clients. Throws `invalid-value`. */
function checkNamed(
  cartId: string,
  { type, message }: Mutation,
  context: CartActorContext,
  path: string,
): void {
  if (type === 'Batch') {
    for (const [index, part] of message.mutations.entries())
      checkNamed(cartId, part, context, `${path}.mutations[${index}].${kindOf(part.type)}`);
    return;
  }
  const { sourceId, successorId } = message as { readonly sourceId?: string; readonly successorId?: string };
  if (sourceId !== undefined) checkedId(sourceId, context, `${path}.sourceId`);
  if (successorId === undefined) return;
  checkedId(successorId, context, `${path}.successorId`);
  // A cookie that names this cart goes over to that one, and no other ids are believed in cookies.
  if (isMinted(cartId) && !isMinted(successorId))
    throw invalid(`${path}.successorId`, 'must have 22 letters and digits, as this cart’s id');
}

/** The id, if it is one that clients may name. Throws `invalid-value`. */
function checkedId(id: string, { settings }: CartActorContext, field: string): string {
  const policy = settings.CART_ID_POLICY;
  if (isCartId(id, policy)) return id;
  throw invalid(
    field,
    `must have ${policy === 'minted' ? '22 letters and digits' : '1 to 64 letters, digits, _ and -'}`,
  );
}
