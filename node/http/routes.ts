import { check } from './request-schemas.ts';
import type { Mutation, MutationType } from '../domain/mutation.ts';
import type { ProblemCode } from './problems.ts';
import type { RequestSchemas } from './request-schemas.ts';
import type { HttpSettings } from './settings.ts';

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
  | { readonly kind: 'history' }
  | { readonly kind: 'events' }
  | {
      readonly kind: 'mutate';
      readonly mutation: MutationType;
      readonly mutationOf: (input: RouteInput, schemas: RequestSchemas) => Mutation | Promise<Mutation>;
    }
  /** Merges two carts, of which the body names the other one. */
  | { readonly kind: 'merge' }
  /** Forgets the cookie, where there is one; a cart named in the path is emptied. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'checkout' }
  /** The checkout provider calls; the cart's id is sealed in the path, which has no form by id. */
  | { readonly kind: 'callback'; readonly callback: 'push' | 'validation' };

/** What `/openapi.json` says of a route, beside what follows from the kind of its action. */
export interface RouteDoc {
  /** The operation's name for generated clients; the form by id has `ById` behind it. */
  readonly name: string;
  readonly summary: string;
  readonly body?: { readonly schema: keyof RequestSchemas; readonly example: unknown };
  readonly query?: keyof RequestSchemas;
  /** Refusals of this route's own. */
  readonly problems?: readonly ProblemCode[];
}

export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/cart` and below `/cart/byid/:cartId`, each with and without a slash at its end. */
  readonly path: string;
  readonly action: RouteAction;
  readonly doc: RouteDoc;
}

const adding = [
  'catalog-unavailable',
  'currency-mismatch',
  'line-limit',
  'line-total-limit',
  'quantity-limit',
  'unknown-sku',
] as const satisfies readonly ProblemCode[];
const delivering = [
  'catalog-unavailable',
  'currency-mismatch',
  'delivery-limit',
  'lines-without-delivery-missing',
  'unknown-delivery-provider',
  'unknown-line',
] as const satisfies readonly ProblemCode[];

/** Every route, and the mutation that it makes. */
export const routes: readonly RouteDefinition[] = [
  {
    method: 'GET',
    path: '',
    action: { kind: 'read' },
    doc: { name: 'getCart', summary: 'The cart' },
  },
  {
    method: 'DELETE',
    path: '',
    action: { kind: 'forget' },
    doc: { name: 'leaveCart', summary: 'Forget the cookie; by id, empty the cart' },
  },
  {
    method: 'GET',
    path: '/history',
    action: { kind: 'history' },
    doc: { name: 'getHistory', summary: 'The changes that made the cart what it is', query: 'historyQuery' },
  },
  {
    method: 'GET',
    path: '/events',
    action: { kind: 'events' },
    doc: { name: 'followCart', summary: 'The cart as it changes', query: 'eventsQuery' },
  },
  {
    method: 'GET',
    path: '/add/:sku',
    action: mutate('AddRequest', ({ param, query }, { add, addQuery }) => {
      const wish = check(addQuery, { ...query() }, ['query']);
      return { type: 'AddRequest', message: check(add, { ...wish, sku: param('sku') }) };
    }),
    doc: { name: 'addByLink', summary: 'Add an article, as a link', query: 'addQuery', problems: adding },
  },
  {
    method: 'POST',
    path: '',
    action: mutate('AddRequest', async ({ body }, { add }) => ({
      type: 'AddRequest',
      message: check(add, await body()),
    })),
    doc: {
      name: 'addItem',
      summary: 'Add an article; what is there already becomes more',
      body: { schema: 'add', example: { sku: 'TEST-SKU-123', quantity: 2, country: 'se' } },
      problems: adding,
    },
  },
  {
    method: 'PUT',
    path: '',
    action: mutate('ChangeQuantity', async ({ body }, { changeQuantity }) => {
      return { type: 'ChangeQuantity', message: check(changeQuantity, await body()) };
    }),
    doc: {
      name: 'changeQuantity',
      summary: 'Set a line’s quantity; 0 removes it',
      body: { schema: 'changeQuantity', example: { id: 1, quantity: 3 } },
      problems: ['line-total-limit', 'quantity-limit', 'unknown-line'],
    },
  },
  {
    method: 'POST',
    path: '/set',
    action: mutate('SetCartRequest', async ({ body }, { set }) => {
      return { type: 'SetCartRequest', message: check(set, await body()) };
    }),
    doc: {
      name: 'setCart',
      summary: 'Start anew with these; lines are 1, 2, …',
      body: {
        schema: 'set',
        example: { items: [{ sku: 'TEST-SKU-AAA' }, { sku: 'TEST-SKU-BBB', quantity: 2 }] },
      },
      problems: adding,
    },
  },
  {
    method: 'POST',
    path: '/clear',
    action: mutate('Clear', () => ({ type: 'Clear', message: {} })),
    doc: { name: 'clearCart', summary: 'Empty the cart' },
  },
  {
    method: 'GET',
    path: '/checkout',
    action: { kind: 'checkout' },
    doc: {
      name: 'openCheckout',
      summary: 'The order at the checkout provider, made or brought up to date',
      problems: ['line-total-limit', 'no-checkout', 'unknown-delivery-provider', 'unknown-sku'],
    },
  },
  {
    method: 'POST',
    path: '/checkout/push/:seal',
    action: { kind: 'callback', callback: 'push' },
    doc: {
      name: 'pushOrder',
      summary: 'The checkout provider tells that an order was paid',
      query: 'pushQuery',
      problems: ['checkout-order-mismatch', 'checkout-order-unknown'],
    },
  },
  {
    method: 'POST',
    path: '/checkout/validation/:seal',
    action: { kind: 'callback', callback: 'validation' },
    doc: {
      name: 'validateOrder',
      summary: 'The checkout provider asks whether an order may be paid',
      body: { schema: 'providerOrder', example: { order_id: 'f3392f8b-6116-4073-ab96-e330819e2c07' } },
    },
  },
  {
    method: 'POST',
    path: '/batch',
    action: mutate('Batch', async ({ body }, { batch }) => {
      return { type: 'Batch', message: { mutations: check(batch, await body()) } };
    }),
    doc: {
      name: 'changeCart',
      summary: 'Several changes: all of them, or none',
      body: {
        schema: 'batch',
        example: {
          mutations: [
            { type: 'AddRequest', sku: 'TEST-SKU-123' },
            { type: 'ChangeQuantity', id: 1, quantity: 2 },
            { type: 'SetDelivery', provider: 'standard', items: [1] },
          ],
        },
      },
      problems: [...new Set([...adding, ...delivering, 'unknown-delivery' as const])],
    },
  },
  {
    method: 'POST',
    path: '/delivery',
    action: mutate('SetDelivery', async ({ body }, { delivery }) => {
      return { type: 'SetDelivery', message: check(delivery, await body()) };
    }),
    doc: {
      name: 'setDelivery',
      summary: 'Deliver lines; without `items`, all that have no delivery',
      body: { schema: 'delivery', example: { provider: 'standard', items: [1] } },
      problems: delivering,
    },
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
    doc: {
      name: 'setPickupPoint',
      summary: 'Choose where a delivery is picked up',
      body: {
        schema: 'pickupPoint',
        example: {
          id: 'PUP123',
          name: 'Locker 5',
          address: 'Main St 1',
          city: 'Stockholm',
          zip: '11122',
          country: 'SE',
        },
      },
      problems: ['unknown-delivery'],
    },
  },
  {
    method: 'DELETE',
    path: '/delivery/:deliveryId',
    action: mutate('RemoveDelivery', ({ param }, { id }) => {
      return { type: 'RemoveDelivery', message: { id: check(id, param('deliveryId'), ['deliveryId']) } };
    }),
    doc: {
      name: 'removeDelivery',
      summary: 'Remove a delivery; its lines have none then',
      problems: ['invalid-value', 'unknown-delivery'],
    },
  },
  {
    method: 'POST',
    path: '/merge',
    action: { kind: 'merge' },
    doc: {
      name: 'mergeCart',
      summary: 'Merge the cart into the target; by id also a source into the cart',
      body: { schema: 'merge', example: { target: '7hQm2RkVx0aLdT4eYwB9cS', strategy: 'sum' } },
      problems: [
        'currency-mismatch',
        'delivery-limit',
        'line-limit',
        'line-total-limit',
        'merge-limit',
        'payment-in-progress',
        'quantity-limit',
        'self-merge',
        'unknown-source',
      ],
    },
  },
  {
    method: 'DELETE',
    path: '/:lineId',
    action: mutate('RemoveItem', ({ param }, { id }) => {
      return { type: 'RemoveItem', message: { id: check(id, param('lineId'), ['lineId']) } };
    }),
    doc: { name: 'removeItem', summary: 'Remove a line', problems: ['invalid-value', 'unknown-line'] },
  },
];

/** The mutations that can be reached by HTTP, and where. */
export const mutationRoutes: readonly {
  readonly method: string;
  readonly path: string;
  readonly mutation: MutationType;
}[] = routes.flatMap(({ method, path, action }) => {
  const mutation =
    action.kind === 'mutate' ? action.mutation : action.kind === 'merge' ? ('Merge' as const) : null;
  return mutation === null ? [] : [{ method, path: `/cart${path}`, mutation }];
});

/** The routes that a node serves by its settings. */
export function servedRoutes({ ADD_BY_GET }: Pick<HttpSettings, 'ADD_BY_GET'>): readonly RouteDefinition[] {
  return ADD_BY_GET ? routes : routes.filter(({ path }) => path !== '/add/:sku');
}

/** Tells the methods that a path takes; none where no route has it. */
export function methodsOf(served: readonly RouteDefinition[]): (path: string) => readonly string[] {
  // Each route's paths, with numbers where ids of lines and deliveries are.
  const patterns = served.map(({ method, path, action }) => ({
    methods: action.kind === 'read' || action.kind === 'history' ? ['GET', 'HEAD'] : [method],
    pattern: new RegExp(
      `^/cart${action.kind === 'callback' ? '' : '(/byid/[^/]+)?'}${path.replace(/:(line|delivery)Id/, '\\d+').replace(/:\w+/, '[^/]+')}/?$`,
    ),
  }));
  return (path) => patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
}

function mutate(
  mutation: MutationType,
  mutationOf: (input: RouteInput, schemas: RequestSchemas) => Mutation | Promise<Mutation>,
): RouteAction {
  return { kind: 'mutate', mutation, mutationOf };
}
