import { hash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { schemas } from '../domain/mutation.ts';
import { Rejection } from '../domain/rejection.ts';
import { checked, invalid } from './mutations.ts';
import { GrpcProblem, toProblem } from './problems.ts';
import { requestIdOf } from './request-id.ts';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { AddItemRequest__Output } from '../../proto/types/hipstershop/AddItemRequest.ts';
import type { Cart as CartMessage } from '../../proto/types/hipstershop/Cart.ts';
import type { EmptyCartRequest__Output } from '../../proto/types/hipstershop/EmptyCartRequest.ts';
import type { GetCartRequest__Output } from '../../proto/types/hipstershop/GetCartRequest.ts';
import type { GrainPool } from '../actor/grain.ts';
import type { Cart, Product } from '../domain/cart.ts';
import type { Calls } from './calls.ts';
import type { ProblemCode } from './problems.ts';

/** The names under which well-known shops call their cart service; the messages are the same, and so are the carts. */
export const CART_SERVICES = ['hipstershop.CartService', 'oteldemo.CartService'] as const;

/** What ISO 4217 and ISO 3166 have for: none. */
const NO_CURRENCY = 'XXX';
const NO_COUNTRY = 'zz';

/** The store of such a shop has no more to say than that it does not work; its clients know one status for it. */
const storageCodes: ReadonlySet<ProblemCode> = new Set([
  'cart-damaged',
  'cart-owned-elsewhere',
  'journal-full',
  'journal-unavailable',
  'ownership-lost',
  'unknown-outcome',
]);

/**
 * The cart service of Online Boutique and of the OpenTelemetry Demo.
 *
 * Their carts hold product ids and quantities; the shop prices them from a catalog of its own. So no catalog is asked here: any product is taken, as an
 * article without price, tax, currency and country, and such a cart is never priced nor ordered here.
 */
export function cartService(service: string, calls: Calls, pool: GrainPool): UntypedServiceImplementation {
  return {
    AddItem: calls.unary(service, 'AddItem', async ({ userId, item }: AddItemRequest__Output, call) => {
      // All callers who forgot it would share one cart.
      if (userId === '') throw invalid('userId', 'is missing');
      if (item === null) throw invalid('item', 'is missing');
      const { product, quantity } = schemas.AddItem.shape;
      checked(product.shape.sku, item.productId, 'item.productId');
      checked(quantity, item.quantity, 'item.quantity');
      const id = (call.cart = cartOf(userId));
      const message = { product: unpriced(item.productId), quantity: item.quantity };
      const requestId = requestIdOf(call.metadata);
      const { span } = call;
      await stored(() => pool.apply(id, { mutation: { type: 'AddItem', message }, requestId, span }));
      return {};
    }),
    GetCart: calls.unary(service, 'GetCart', async ({ userId }: GetCartRequest__Output, call) => {
      const id = (call.cart = cartOf(userId));
      return cartMessage(userId, await stored(() => pool.read(id, call.span)));
    }),
    EmptyCart: calls.unary(service, 'EmptyCart', async ({ userId }: EmptyCartRequest__Output, call) => {
      const id = (call.cart = cartOf(userId));
      const requestId = requestIdOf(call.metadata);
      try {
        // A cart that was never there stays so.
        await stored(() =>
          pool.apply(id, {
            mutation: { type: 'Clear', message: {} },
            requestId,
            ifVersion: 'any',
            span: call.span,
          }),
        );
      } catch (error) {
        if (!(error instanceof Rejection && error.code === 'version-mismatch')) throw error;
      }
      return {};
    }),
  };
}

/**
 * The cart of a user. With a colon no client of the other interfaces can name it, nor has a cookie it. Hashed, because a user's id may have any length and any
 * characters.
 */
export function cartOf(userId: string): string {
  return `user:${hash('sha256', userId, 'base64url')}`;
}

function unpriced(productId: string): Product {
  return {
    sku: productId,
    name: productId,
    unitPrice: 0,
    unitDiscount: 0,
    taxRate: 0,
    currency: NO_CURRENCY,
    country: NO_COUNTRY,
    type: 'physical',
  };
}

/** An empty cart is nobody's: so the shops' own services answer for users they don't know. */
function cartMessage(userId: string, { lines }: Cart): CartMessage {
  if (lines.length === 0) return {};
  const items = lines.map(({ product, quantity }) => ({ productId: product.sku, quantity }));
  return { userId, items };
}

async function stored<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Rejection) throw error;
    const found = toProblem(error);
    if (!storageCodes.has(found.code)) throw found;
    const { code, message, details, cause } = found;
    throw new GrpcProblem(code, status.FAILED_PRECONDITION, message, details, { cause });
  }
}
