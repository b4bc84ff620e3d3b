import { join } from 'node:path';
import { z } from 'zod';
import { FileCatalog } from './file.ts';
import { HttpCatalog } from './http.ts';
import type { CatalogFileError } from './file.ts';
import type { LookupResult } from './http.ts';
import type { Catalog } from './port.ts';

const count = z.coerce.number().int();
/** Questions to the http catalog under way at once, of a kind: with its timeout, some thousands a second of a service that never answers. */
const ASKING_MAX = 1024;

/** An address with placeholders, the first of which must be there: without it every article would be the same. */
function template(...placeholders: readonly [string, ...string[]]): z.ZodURL {
  const known = placeholders.map((name) => `{${name}}`);
  return z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((url) => URL.parse(url)?.username === '' && URL.parse(url)?.password === '', {
      message: 'must be an address without user and password; CATALOG_TOKEN is for secrets',
    })
    .refine(
      (url) =>
        url.includes(known[0] ?? '') && (url.match(/\{.*?\}/g) ?? []).every((found) => known.includes(found)),
      { message: `must be an address with ${known[0]}, and no placeholders but ${known.join(' ')}` },
    );
}

/** Settings of the catalog; `node/config.ts` reads them from the environment. */
export const catalogSettings = {
  CATALOG: z
    .enum(['file', 'http'])
    .default('file')
    .meta({ description: 'where names, prices and tax rates come from' }),
  CATALOG_FILE: z
    .string()
    .min(1)
    .default(join(import.meta.dirname, 'demo-catalog.json'))
    .meta({
      description: 'JSON file of the file catalog; read anew when it changes',
    }),
  CATALOG_RELOAD_MS: count
    .min(100)
    .max(3_600_000)
    .default(2000)
    .meta({ unit: 'ms', description: 'how often the file is looked at' }),
  CATALOG_PRODUCT_URL: template('sku', 'country', 'variant', 'storeId')
    .default('http://localhost:8081/products/{sku}?country={country}&variant={variant}&store={storeId}')
    .meta({
      description:
        'address of an article at the http catalog; {sku} {country} {variant} {storeId} are filled in',
    }),
  CATALOG_DELIVERY_URL: template('provider', 'country')
    .default('http://localhost:8081/deliveries/{provider}?country={country}')
    .meta({
      description: 'address of a delivery provider at the http catalog; {provider} {country} are filled in',
    }),
  CATALOG_TOKEN: z
    .string()
    .max(8192)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
    .default('')
    .meta({ description: 'bearer token for the http catalog' }),
  CATALOG_TIMEOUT_MS: count
    .min(10)
    .max(10_000)
    .default(300)
    .meta({ unit: 'ms', description: 'one request to the http catalog' }),
  CATALOG_TTL_MS: count
    .min(0)
    .max(86_400_000)
    .default(60_000)
    .meta({ unit: 'ms', description: 'how long an answer is fresh' }),
  CATALOG_STALE_MS: count.min(0).max(86_400_000).default(600_000).meta({
    unit: 'ms',
    description: 'age up to which an answer serves while the http catalog fails',
  }),
  CATALOG_UNKNOWN_TTL_MS: count.min(0).max(3_600_000).default(5000).meta({
    unit: 'ms',
    description: 'how long it is believed that there is no such article',
  }),
  CATALOG_BREAKER_FAILURES: count
    .min(1)
    .max(1000)
    .default(5)
    .meta({ description: 'failures in a row after which the http catalog is left alone' }),
  CATALOG_BREAKER_OPEN_MS: count
    .min(100)
    .max(600_000)
    .default(2000)
    .meta({ unit: 'ms', description: '… for this long' }),
  CATALOG_ENTRIES_MAX: count
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .meta({ description: 'answers of the http catalog that are kept' }),
} as const;

export type CatalogSettings = {
  readonly [Name in keyof typeof catalogSettings]: z.output<(typeof catalogSettings)[Name]>;
};

export interface CatalogEvents {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  readonly lookup: (result: LookupResult) => void;
  readonly reloaded: (error: CatalogFileError | null) => void;
}

/** The catalog that the settings ask for. Throws `CatalogFileError`. */
export function openCatalog(
  settings: CatalogSettings,
  { wallMs, monotonicMs, lookup, reloaded }: CatalogEvents,
): Catalog {
  if (settings.CATALOG === 'file') {
    const { CATALOG_FILE: path, CATALOG_RELOAD_MS: reloadMs } = settings;
    return new FileCatalog({ path, reloadMs, wallMs, reloaded });
  }
  return new HttpCatalog({
    productUrl: settings.CATALOG_PRODUCT_URL,
    deliveryUrl: settings.CATALOG_DELIVERY_URL,
    token: settings.CATALOG_TOKEN,
    timeoutMs: settings.CATALOG_TIMEOUT_MS,
    ttlMs: settings.CATALOG_TTL_MS,
    staleMs: settings.CATALOG_STALE_MS,
    unknownTtlMs: settings.CATALOG_UNKNOWN_TTL_MS,
    breakerFailures: settings.CATALOG_BREAKER_FAILURES,
    breakerOpenMs: settings.CATALOG_BREAKER_OPEN_MS,
    entriesMax: settings.CATALOG_ENTRIES_MAX,
    askingMax: ASKING_MAX,
    monotonicMs,
    lookup,
  });
}
