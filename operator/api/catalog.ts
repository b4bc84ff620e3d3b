import { z } from 'zod';
import { dataKey, objectName } from './bounded.ts';
import { withRules } from './rules.ts';

/**
 * A URL of the catalog, in which placeholders stand for what is asked for; the first must be there. As strict as the node's own setting: what it
 * would not start with is refused here.
 */
function urlWith(names: readonly [string, ...string[]], description: string): z.ZodString {
  const placeholder = `{${names[0]}}`;
  const known = names.map((name) => `{${name}}`).join(' ');
  // The host's part has no @: a password belongs into tokenSecret's Secret.
  const shape = new RegExp(`^https?://[^\\s{}/?#@]+([/?#]([^\\s{}]|\\{(${names.join('|')})\\})*)?$`);
  return withRules(
    z
      .string()
      .max(2048)
      .regex(
        shape,
        `must be an http or https address without user and password, and without placeholders but ${known}`,
      )
      .describe(description),
    {
      cel: 'isURL(self)',
      message: 'must be an http or https address',
      holds: (url) => URL.canParse(url),
    },
    {
      cel: `self.contains('${placeholder}')`,
      message: `must have ${placeholder} in it, which is replaced by what is asked for`,
      holds: (url) => url.includes(placeholder),
    },
  );
}

const configMap = z
  .object({
    name: objectName('Name of the ConfigMap, in the CartCluster’s namespace.'),
    key: dataKey('Key of the catalog’s JSON in it.').default('catalog.json'),
  })
  .describe(
    'The catalog is a JSON file in a ConfigMap. When it changes, the node is replaced by one that read the new one.',
  );

const http = z
  .object({
    productUrl: urlWith(
      ['sku', 'country', 'variant', 'storeId'],
      'Address of an article: {sku}, {country}, {variant} and {storeId} are filled in.',
    ),
    deliveryUrl: urlWith(
      ['provider', 'country'],
      'Address of a delivery provider: {provider} and {country} are filled in.',
    ),
    tokenSecret: z
      .object({
        name: objectName('Name of the Secret, in the CartCluster’s namespace.'),
        key: dataKey('Key of the token in it.').default('token'),
      })
      .optional()
      .describe('Bearer token that the node shows to the catalog.'),
    timeoutMs: z
      .int()
      .min(10)
      .max(10_000)
      .default(300)
      .describe('How long one request may take, in milliseconds.'),
    ttlMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(60_000)
      .describe('How long an answer is fresh, in milliseconds.'),
    staleMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(600_000)
      .describe('Age up to which an answer serves while the catalog fails, in milliseconds.'),
    unknownTtlMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(5000)
      .describe('How long it is believed that there is no such article, in milliseconds.'),
  })
  .describe('The catalog is a service that answers over HTTP.');

/** Where names, prices and tax rates come from. */
export const catalog = withRules(z.object({ configMap: configMap.optional(), http: http.optional() }), {
  cel: '!(has(self.configMap) && has(self.http))',
  message: 'at most one of configMap and http may be given',
  holds: (value) => value.configMap === undefined || value.http === undefined,
}).describe(
  'Where names, prices and tax rates come from. Without it the node serves a demo catalog of invented articles.',
);
