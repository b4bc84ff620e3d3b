import { check } from './request-schemas.ts';
import type { Mutation, MutationType } from '../domain/mutation.ts';
import type { RequestSchemas } from './request-schemas.ts';

/** What a route may read of its request. */
export interface RouteInput {
  /** The body's JSON; rejects as `readJson` does. */
  readonly body: () => Promise<unknown>;
  /** A part of the path; empty when the route has no such part. */
  readonly param: (name: string) => string;
  readonly query: () => Readonly<Record<string, unknown>>;
}

export type RouteAction =
  | { readonly kind: 'read' }
  | {
      readonly kind: 'mutate';
      readonly mutation: MutationType;
      readonly mutationOf: (input: RouteInput, schemas: RequestSchemas) => Mutation | Promise<Mutation>;
    }
  /** Forgets the cookie, where there is one; a cart named in the path is emptied. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'checkout' }
  /** The checkout provider calls; the cart's id is sealed in the path, which has no form by id. */
  | { readonly kind: 'callback'; readonly callback: 'push' | 'validation' };

export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/cart` and below `/cart/byid/:cartId`, each with and without a slash at its end. */
  readonly path: string;
  readonly action: RouteAction;
}

/** Every route, and the mutation that it makes. */
export const routes: readonly RouteDefinition[] = [
  { method: 'GET', path: '', action: { kind: 'read' } },
  { method: 'DELETE', path: '', action: { kind: 'forget' } },
  {
    method: 'GET',
    path: '/add/:sku',
    action: mutate('AddRequest', ({ param, query }, { add, addQuery }) => {
      const wish = check(addQuery, { ...query() }, ['query']);
      return { type: 'AddRequest', message: check(add, { ...wish, sku: param('sku') }) };
    }),
  },
  {
    method: 'POST',
    path: '',
    action: mutate('AddRequest', async ({ body }, { add }) => ({
      type: 'AddRequest',
      message: check(add, await body()),
    })),
  },
  {
    method: 'PUT',
    path: '',
    action: mutate('ChangeQuantity', async ({ body }, { changeQuantity }) => {
      return { type: 'ChangeQuantity', message: check(changeQuantity, await body()) };
    }),
  },
  {
    method: 'POST',
    path: '/set',
    action: mutate('SetCartRequest', async ({ body }, { set }) => {
      return { type: 'SetCartRequest', message: check(set, await body()) };
    }),
  },
  { method: 'GET', path: '/checkout', action: { kind: 'checkout' } },
  { method: 'POST', path: '/checkout/push/:seal', action: { kind: 'callback', callback: 'push' } },
  {
    method: 'POST',
    path: '/checkout/validation/:seal',
    action: { kind: 'callback', callback: 'validation' },
  },
  { method: 'POST', path: '/clear', action: mutate('Clear', () => ({ type: 'Clear', message: {} })) },
  {
    method: 'POST',
    path: '/batch',
    action: mutate('Batch', async ({ body }, { batch }) => {
      return { type: 'Batch', message: { mutations: check(batch, await body()) } };
    }),
  },
  {
    method: 'POST',
    path: '/delivery',
    action: mutate('SetDelivery', async ({ body }, { delivery }) => {
      return { type: 'SetDelivery', message: check(delivery, await body()) };
    }),
  },
  {
    method: 'PUT',
    path: '/delivery/:deliveryId/pickupPoint',
    action: mutate('SetPickupPoint', async ({ body, param }, { pickupPoint, id }) => {
      const deliveryId = check(id, param('deliveryId'), ['deliveryId']);
      return {
        type: 'SetPickupPoint',
        message: { deliveryId, pickupPoint: check(pickupPoint, await body()) },
      };
    }),
  },
  {
    method: 'DELETE',
    path: '/delivery/:deliveryId',
    action: mutate('RemoveDelivery', ({ param }, { id }) => {
      return { type: 'RemoveDelivery', message: { id: check(id, param('deliveryId'), ['deliveryId']) } };
    }),
  },
  {
    method: 'DELETE',
    path: '/:lineId',
    action: mutate('RemoveItem', ({ param }, { id }) => {
      return { type: 'RemoveItem', message: { id: check(id, param('lineId'), ['lineId']) } };
    }),
  },
];

/** The mutations that can be reached by HTTP, and where. */
export const mutationRoutes: readonly {
  readonly method: string;
  readonly path: string;
  readonly mutation: MutationType;
}[] = routes.flatMap(({ method, path, action }) =>
  action.kind === 'mutate' ? [{ method, path: `/cart${path}`, mutation: action.mutation }] : [],
);

/** Each route's paths, with numbers where ids of lines and deliveries are. */
const patterns = routes.map(({ method, path, action }) => ({
  methods: method === 'GET' && action.kind === 'read' ? ['GET', 'HEAD'] : [method],
  pattern: new RegExp(
    `^/cart${action.kind === 'callback' ? '' : '(/byid/[^/]+)?'}${path.replace(/:(line|delivery)Id/, '\\d+').replace(/:\w+/, '[^/]+')}/?$`,
  ),
}));

/** The methods that a path takes; none where no route has it. */
export function allowedAt(path: string): readonly string[] {
  return patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
}

function mutate(
  mutation: MutationType,
  mutationOf: (input: RouteInput, schemas: RequestSchemas) => Mutation | Promise<Mutation>,
): RouteAction {
  return { kind: 'mutate', mutation, mutationOf };
}
