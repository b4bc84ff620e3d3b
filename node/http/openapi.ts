import {
  exampleCart,
  exampleEvents,
  exampleHistory,
  queryFields,
  requestSchema,
  responseSchemas,
  textSchema,
} from './openapi-schemas.ts';
import { exampleOf, problemsOf } from './openapi-problems.ts';
import { problems } from './problems.ts';
import { requestSchemas } from './request-schemas.ts';
import { servedRoutes } from './routes.ts';
import type { ProblemCode } from './problems.ts';
import type { RequestSchemas } from './request-schemas.ts';
import type { RouteDefinition } from './routes.ts';
import type { HttpSettings } from './settings.ts';
import type { JsonSchema } from './openapi-schemas.ts';

/**
 * This API as an OpenAPI document (3.1), made of what serves it: the table of routes, the schemas that check requests, the views that write answers and the
 * table of problems. Every answer of the HTTP tests is checked against it.
 */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: object;
  readonly servers: readonly object[];
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
    readonly securitySchemes: object;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<
    Record<string, { readonly schema: JsonSchema } & Readonly<Record<string, unknown>>>
  >;
}

type Settings = Pick<HttpSettings, 'ADD_BY_GET' | 'COOKIE_NAME' | 'DEFAULT_COUNTRY' | 'CART_ID_POLICY'>;

export function openApiDocument(settings: Settings, version: string): OpenApiDocument {
  const schemas = requestSchemas(settings.DEFAULT_COUNTRY);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const byId of [false, true]) {
    for (const route of servedRoutes(settings)) {
      // The cart is sealed in the path.
      if (route.action.kind === 'callback' && byId) continue;
      const path = templateOf(route.path, byId);
      paths[path] = {
        ...paths[path],
        [route.method.toLowerCase()]: operationOf(route, byId, schemas, settings),
      };
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cartwright cart API',
      version,
      description:
        'Shopping carts. Amounts are integers in minor units and include tax; tax rates are basis points (2500 is 25 %). Every path may have a slash at its end.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'cart', description: 'The cart of the cookie; who has none gets one' },
      {
        name: 'cart by id',
        description: 'A cart by its id, which is a secret: who has it may change the cart',
      },
      {
        name: 'checkout provider',
        description: 'What the checkout provider calls, at addresses that it was given',
      },
    ],
    paths,
    components: {
      schemas: responseSchemas(),
      examples: examples(),
      securitySchemes: { cookie: { type: 'apiKey', in: 'cookie', name: settings.COOKIE_NAME } },
    },
  };
}

/** A route's path in the document's way of writing. */
function templateOf(path: string, byId: boolean): string {
  const whole = `/cart${byId ? '/byid/:cartId' : ''}${path === '' && !byId ? '/' : path}`;
  return whole.replace(/:(\w+)/g, '{$1}');
}

function operationOf(
  route: RouteDefinition,
  byId: boolean,
  schemas: RequestSchemas,
  settings: Settings,
): Operation {
  const { doc } = route;
  return {
    operationId: `${doc.name}${byId ? 'ById' : ''}`,
    summary: doc.summary,
    tags: [route.action.kind === 'callback' ? 'checkout provider' : byId ? 'cart by id' : 'cart'],
    ...(byId || route.action.kind === 'callback' ? {} : { security: [{ cookie: [] }, {}] }),
    parameters: [
      ...pathParameters(route, byId, schemas, settings),
      ...queryParameters(route, schemas),
      ...headerParameters(route, byId),
    ],
    ...(doc.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: requestSchema(schemas[doc.body.schema]),
                example: doc.body.example,
              },
            },
          },
        }),
    responses: { ...successOf(route, byId), ...refusalsOf(route, byId) },
  };
}

function pathParameters(
  { path }: RouteDefinition,
  byId: boolean,
  { id, add }: RequestSchemas,
  { CART_ID_POLICY }: Settings,
): Parameter[] {
  const minted = CART_ID_POLICY === 'minted';
  const cartId = { type: 'string', pattern: minted ? '^[0-9A-Za-z]{22}$' : '^[A-Za-z0-9_-]{1,64}$' };
  const known: Readonly<Record<string, JsonSchema>> = {
    cartId,
    sku: queryFields(add).find(({ name }) => name === 'sku')?.schema ?? {},
    lineId: textSchema(id),
    deliveryId: textSchema(id),
  };
  const names = [...`${byId ? ':cartId' : ''}${path}`.matchAll(/:(\w+)/g)].map(([, name]) => String(name));
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: known[name] ?? { type: 'string' },
  }));
}

function queryParameters({ doc }: RouteDefinition, schemas: RequestSchemas): Parameter[] {
  return doc.query === undefined
    ? []
    : queryFields(schemas[doc.query]).map((field) => ({ ...field, in: 'query' }));
}

function headerParameters({ action }: RouteDefinition, byId: boolean): Parameter[] {
  const header = (name: string, description: string, schema: JsonSchema = { type: 'string' }): Parameter => {
    return { name, in: 'header', required: false, description, schema };
  };
  switch (kindOf(action, byId)) {
    case 'read':
      return [header('If-None-Match', 'the cart’s version, as in its ETag: 304 while it still is')];
    case 'history':
    case 'checkout':
    case 'callback':
      return [];
    case 'events':
      return [header('Last-Event-ID', 'go on behind this version', { type: 'integer', minimum: 0 })];
    case 'forget':
      return [];
    case 'mutate':
    case 'merge':
      return [
        header('Idempotency-Key', 'repeated within an hour, the change is made once', {
          type: 'string',
          minLength: 1,
          maxLength: 255,
        }),
        header('If-Match', 'change only this version of the cart, as in its ETag: else 412'),
        header('If-None-Match', 'change any version of the cart but this: else 412; *: only a new cart'),
      ];
  }
}

/** By id, what forgets a cookie is a change like any other. */
function kindOf(action: RouteDefinition['action'], byId: boolean): RouteDefinition['action']['kind'] {
  return action.kind === 'forget' && byId ? 'mutate' : action.kind;
}

/** Each example is there once. */
function examples(): Record<string, { readonly value: unknown }> {
  const refusals = Object.keys(problems).map((code) => [code, { value: exampleOf(code as ProblemCode) }]);
  return {
    cart: { value: exampleCart },
    history: { value: exampleHistory },
    events: { value: exampleEvents },
    ...(Object.fromEntries(refusals) as Record<string, { value: unknown }>),
  };
}

function example(name: string): object {
  return { examples: { [name]: { $ref: `#/components/examples/${name}` } } };
}

const text = { schema: { type: 'string' } };
const etag = { ETag: { description: 'the cart’s version in quotes', required: true, ...text } };
const cookie = { 'Set-Cookie': { description: 'names the cart', ...text } };

function successOf({ action }: RouteDefinition, byId: boolean): Record<string, Response> {
  const cookies = byId ? {} : cookie;
  const cart: Response = {
    description: 'the whole cart',
    headers: { ...etag, ...cookies },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Cart' }, ...example('cart') } },
  };
  switch (kindOf(action, byId)) {
    case 'read':
      return {
        200: cart,
        304: { description: 'the cart is still at that version', headers: { ...etag, ...cookies } },
      };
    case 'history':
      return {
        200: {
          description:
            'A part of the history, oldest first: at most `limit` changes, and fewer where they are large. The next part begins with version `next`, until that is null. Changes before `retainedFrom` are no longer kept, nor are those that fell out between two parts.',
          headers: cookies,
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/History' }, ...example('history') },
          },
        },
      };
    case 'events':
      return {
        200: {
          description:
            'Server-sent events: `state` (data: Cart), then `change` (data: Change) for each version, at last `end` (data: Problem). An event’s id is the version that its reader then has.',
          headers: cookies,
          content: { 'text/event-stream': { ...text, ...example('events') } },
        },
      };
    case 'checkout':
      return {
        200: {
          description:
            'the provider’s HTML, to be put into the shop’s page byte for byte; its order, where `Accept` prefers JSON',
          content: { 'text/html': text, 'application/json': { schema: { type: 'object' } } },
        },
      };
    case 'callback':
      return callbackSuccess(action);
    case 'forget':
      return { 204: { description: 'the cookie is forgotten', headers: cookie } };
    case 'mutate':
    case 'merge': {
      const replayed = { 'Idempotent-Replayed': { description: 'true: nothing was changed now', ...text } };
      return { 200: { ...cart, headers: { ...cart.headers, ...replayed } } };
    }
  }
}

function callbackSuccess(action: RouteDefinition['action']): Record<string, Response> {
  if (action.kind === 'callback' && action.callback === 'push')
    return { 200: { description: 'the order is placed and acknowledged' } };
  const location = { Location: { description: 'where the shopper is sent', required: true, ...text } };
  return {
    200: { description: 'it may be paid' },
    303: { description: 'it may not: the cart has changed', headers: location },
  };
}

/** One response a status, with an example of each problem that has it. */
function refusalsOf(route: RouteDefinition, byId: boolean): Record<string, Response> {
  const responses: Record<string, Response> = {};
  for (const [status, codes] of Map.groupBy(problemsOf(route, byId), (code) => problems[code][0])) {
    const later = status === 503 || status === 429;
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${problems[code][1]}`).join('. '),
      ...(later
        ? {
            headers: {
              'Retry-After': { description: 'seconds', required: true, schema: { type: 'integer' } },
            },
          }
        : {}),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
          },
          examples: Object.fromEntries(
            codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
          ),
        },
      },
    };
  }
  return responses;
}
