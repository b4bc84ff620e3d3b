import { z } from 'zod';
import { listOf } from './bounded.ts';
import { withRules } from './rules.ts';

/** Names or four numbers, never with a path: exactly what a browser sends as Origin. */
const ORIGIN =
  /^https?:\/\/(([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z]([-a-z0-9]*[a-z0-9])?|(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3})(:[1-9][0-9]{0,4})?$/;

const origin = withRules(
  z
    .string()
    .max(253)
    .regex(ORIGIN, 'must be an origin like https://shop.example, without a path')
    .describe('An origin like https://shop.example or https://shop.example:8443.'),
  {
    cel: "isURL(self) && !(self.startsWith('https:') ? self.endsWith(':443') : self.endsWith(':80'))",
    message: 'must be written as browsers send it: without the port that the scheme has anyway',
    holds: (text) => URL.canParse(text) && new URL(text).origin === text,
  },
);

const perMinute = z.int().min(0).max(10_000_000);

const limits = z
  .object({
    bodyBytes: z
      .int()
      .min(1024)
      .max(1 << 20)
      .default(65_536)
      .describe('Largest body of a request, in bytes.'),
    requestsPerCartPerMinute: perMinute.default(300).describe('Requests for one cart; 0: no limit.'),
    requestsPerAddressPerMinute: perMinute.default(3000).describe('Requests from one address; 0: no limit.'),
    newCartsPerAddressPerMinute: perMinute
      .default(120)
      .describe('Carts that one address may begin; 0: no limit. Every new cart costs memory.'),
  })
  .describe('What a client may ask for.');

const cookie = withRules(
  z.object({
    name: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, _ and -')
      .default('cartid')
      .describe('Name of the cookie. One that begins with __Host- is bound to its host by browsers.'),
    secure: z
      .boolean()
      .default(true)
      .describe(
        'Send the cookie over https only. Switch it off only for plain http on a developer’s machine.',
      ),
    maxAgeDays: z.int().min(1).max(400).default(30).describe('How long browsers keep the cookie, in days.'),
  }),
  {
    // Asked of the default too, before the defaults of its members are filled in.
    cel: "!has(self.secure) || self.secure || !has(self.name) || !(self.name.startsWith('__Host-') || self.name.startsWith('__Secure-'))",
    message: 'browsers refuse a cookie of this name that is not secure',
    fieldPath: '.secure',
    holds: ({ name, secure }) => secure || !/^__(Host|Secure)-/.test(name),
  },
).describe('The cookie that names a shopper’s cart.');

const cors = z
  .object({
    origins: listOf(origin, 64, 'set')
      .default([])
      .describe(
        'Origins whose pages may call the cart API with the cookie. None: only pages of the same site.',
      ),
  })
  .describe('Which foreign pages may call the cart API.');

/** The HTTP API. */
export const http = z
  .object({
    cookie: cookie.prefault({}),
    cors: cors.prefault({}),
    limits: limits.prefault({}),
    cartIdPolicy: z
      .enum(['any', 'minted'])
      .default('any')
      .describe(
        'Ids that /cart/byid takes: any (up to 64 letters, digits, _ and -), or only minted ones, of the form that this service makes.',
      ),
    addByGet: z.boolean().default(true).describe('Serve GET /cart/add/:sku, a link that changes the cart.'),
    defaultCountry: z
      .string()
      .max(2)
      .regex(/^[a-z]{2}$/, 'must be two lower-case letters')
      .default('se')
      .describe('Country of requests that name none: two lower-case letters (ISO 3166-1).'),
    trustedProxies: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'Proxies in front whose X-Forwarded-For entries are believed. 0 takes the address of the connection, which behind an ingress is the ingress.',
      ),
  })
  .describe('The HTTP API of carts.');
