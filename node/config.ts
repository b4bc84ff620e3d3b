import { hostname } from 'node:os';
import { z } from 'zod';
import { actorSettings } from './actor/settings.ts';
import { catalogSettings } from './catalog/settings.ts';
import { checkCheckout, checkoutSettings } from './checkout/settings.ts';
import { grpcSettings } from './grpc/settings.ts';
import { httpSettings } from './http/settings.ts';
import { journalSettings } from './journal/settings.ts';
import { tracingSettings } from './observability/tracing-settings.ts';
import { readSettings, settingsHelp } from './settings.ts';

/**
 * Every setting of the node, by its environment variable. The parts' own schemas are the one source: of defaults, of checks, and of `--help`.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int();

const nodeSettings = {
  HOST: z
    .string()
    .min(1)
    .default('0.0.0.0')
    .meta({ description: 'address that the cart API listens on, by HTTP and gRPC' }),
  HTTP_PORT: port.default(8080).meta({ description: 'port of the cart API; 0 takes a free one' }),
  ADMIN_HOST: z.string().min(1).default('0.0.0.0').meta({ description: 'address of metrics and probes' }),
  ADMIN_PORT: port.default(9090).meta({ description: 'port of metrics and probes; 0 takes a free one' }),
  NODE_NAME: z
    .string()
    .min(1)
    .max(253)
    .default(hostname())
    .meta({ description: 'this node’s name, for people' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
    description: 'debug logs every request, info only what needs to be known',
  }),
  SHUTDOWN_GRACE_MS: count.min(0).max(600_000).default(25_000).meta({
    unit: 'ms',
    description: 'time for what is under way when the node stops',
  }),
  OVERLOAD_LAG_MS: count.min(0).max(60_000).default(150).meta({
    unit: 'ms',
    description: 'event-loop lag above which requests are refused; 0: never',
  }),
} as const;

/** The groups in which `--help` lists the settings. */
export const settingGroups = {
  Node: nodeSettings,
  Journal: journalSettings,
  Carts: actorSettings,
  Catalog: catalogSettings,
  HTTP: httpSettings,
  Checkout: checkoutSettings,
  gRPC: grpcSettings,
  Traces: tracingSettings,
} as const;

const schema = z
  .object({
    ...nodeSettings,
    ...journalSettings,
    ...actorSettings,
    ...catalogSettings,
    ...httpSettings,
    ...checkoutSettings,
    ...grpcSettings,
    ...tracingSettings,
  })
  .refine(({ COOKIE_NAME, COOKIE_SECURE }) => COOKIE_SECURE || !/^__(Host|Secure)-/i.test(COOKIE_NAME), {
    path: ['COOKIE_NAME'],
    // Browsers drop such cookies: every request would make a new cart.
    message: 'must be names without the prefixes __Host- and __Secure- where COOKIE_SECURE is false',
  })
  .superRefine(checkCheckout);

export type Config = z.output<typeof schema>;

export { ConfigError } from './settings.ts';

/** Reads the settings. What is empty counts as not given. Throws `ConfigError`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return readSettings(schema, environment);
}

/** The port that HTTP_PORT asks for, 0 for a free one; null for what is none. */
export function httpPortIn(environment: Readonly<Record<string, string | undefined>>): number | null {
  const given = environment['HTTP_PORT']?.trim() ?? '';
  return nodeSettings.HTTP_PORT.safeParse(given === '' ? undefined : given).data ?? null;
}

/** Every setting with its default, unit and meaning. */
export function helpText(): string {
  return settingsHelp('Cartwright cart node', 'node node/main.ts [--help | --version]', settingGroups);
}
