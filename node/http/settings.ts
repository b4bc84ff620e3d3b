import { z } from 'zod';

/** Settings of the HTTP edge; `node/config.ts` reads them from the environment, by these names in upper case. */
const count = z.coerce.number().int().min(0);

export const httpSettings = {
  HTTP_BODY_BYTES_MAX: count
    .min(1024)
    .max(1 << 20)
    .default(65_536)
    .meta({ unit: 'bytes', description: 'largest request body' }),
  HTTP_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .refine((list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin), {
      message: 'must be origins like https://shop.example, separated by commas',
    })
    .meta({ description: 'origins whose pages may call this API with the cart cookie, separated by commas' }),
  HTTP_TRUSTED_PROXIES: count.max(10).default(0).meta({
    description:
      'proxies in front whose X-Forwarded-For entries are believed; 0 takes the address of the connection',
  }),
  COOKIE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .default('cartid')
    .meta({ description: 'name of the cart cookie; __Host-cartid binds it to the host' }),
  COOKIE_SECURE: flag(true, 'send the cookie over https only; switch off for plain http on localhost'),
  COOKIE_MAX_AGE_DAYS: count
    .min(1)
    .max(400)
    .default(30)
    .meta({ unit: 'days', description: 'life of the cart cookie' }),
  CART_ID_POLICY: z.enum(['any', 'minted']).default('any').meta({
    description:
      'ids that /cart/byid takes: any (A-Z a-z 0-9 _ -, up to 64), or only ids of the form that this service mints',
  }),
  ADD_BY_GET: flag(true, 'serve GET /cart/add/:sku, a link that changes the cart'),
  DEFAULT_COUNTRY: z
    .string()
    .regex(/^[a-z]{2}$/, 'must be two lower-case letters')
    .default('se')
    .meta({ description: 'country of requests that name none' }),
  EVENTS_HEARTBEAT_MS: count.min(1000).max(600_000).default(15_000).meta({
    unit: 'ms',
    description: 'how often a stream of events shows that it lives; less than what proxies wait for',
  }),
  RATE_LIMIT_CART: count
    .default(300)
    .meta({ unit: 'requests per minute', description: 'for one cart; 0: no limit' }),
  RATE_LIMIT_ADDRESS: count
    .default(3000)
    .meta({ unit: 'requests per minute', description: 'from one address; 0: no limit' }),
  RATE_LIMIT_NEW_CARTS: count.default(120).meta({
    unit: 'new carts per minute',
    description: 'whose first change comes from one address; 0: no limit. Every new cart costs memory',
  }),
} as const;

const schema = z.object(httpSettings);
export type HttpSettings = z.output<typeof schema>;
export const httpDefaults: HttpSettings = schema.parse({});

function flag(fallback: boolean, description: string): z.ZodType<boolean, string | undefined> {
  return z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true')
    .meta({ description });
}
