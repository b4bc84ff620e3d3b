import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { readSettings, settingsHelp } from '../node/settings.ts';

/** Every setting of the operator, by its environment variable. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

const count = z.coerce.number().int();
const port = count.min(0).max(65_535);
const HOUR_MS = 3_600_000;

const process = {
  POD_NAME: z
    .string()
    .min(1)
    .max(253)
    .default(hostname())
    .meta({ description: 'this process’s name, in the lease and in events' }),
  POD_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace')
    .default('default')
    .meta({ description: 'namespace of the lease by which one of several operators leads' }),
  ADMIN_HOST: z.string().min(1).default('0.0.0.0').meta({ description: 'address of metrics and probes' }),
  ADMIN_PORT: port.default(9090).meta({ description: 'port of metrics and probes; 0 takes a free one' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
    description: 'debug logs every look at a CartCluster, info what was done',
  }),
} as const;

const work = {
  WATCH_NAMESPACES: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .refine((list) => list.every((name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)), {
      message: 'must be names of namespaces, separated by commas',
    })
    .meta({ description: 'namespaces whose CartClusters are looked after, separated by commas; none: all' }),
  NODE_IMAGE: z
    .string()
    .min(1)
    .max(512)
    .default(`ghcr.io/cartwright-dev/cart-node:${version}`)
    .meta({ description: 'image of nodes whose CartCluster names none' }),
  CONCURRENT_RECONCILES: count.min(1).max(64).default(4).meta({
    description: 'CartClusters that are looked at at once',
  }),
  RESYNC_MS: count
    .min(10_000)
    .max(24 * HOUR_MS)
    .default(600_000)
    .meta({
      unit: 'ms',
      description: 'how often every CartCluster is looked at though nothing happened',
    }),
  REFERENCE_CHECK_MS: count.min(1000).max(HOUR_MS).default(20_000).meta({
    unit: 'ms',
    description: 'how often ConfigMaps and Secrets that a CartCluster names are looked at',
  }),
} as const;

const election = {
  LEASE_DURATION_MS: count.min(3000).max(HOUR_MS).default(15_000).meta({
    unit: 'ms',
    description: 'how long others wait for a leader that fell silent',
  }),
  RENEW_DEADLINE_MS: count.min(1000).max(HOUR_MS).default(10_000).meta({
    unit: 'ms',
    description: 'how long a leader tries to renew its lease before it stops; less than LEASE_DURATION_MS',
  }),
  RETRY_PERIOD_MS: count.min(100).max(HOUR_MS).default(2000).meta({
    unit: 'ms',
    description: 'time between two attempts; less than half of RENEW_DEADLINE_MS',
  }),
} as const;

/** The groups in which `--help` lists the settings. */
export const settingGroups = { Process: process, Work: work, 'Leader election': election } as const;

const schema = z
  .object({ ...process, ...work, ...election })
  .refine((config) => config.RENEW_DEADLINE_MS < config.LEASE_DURATION_MS, {
    path: ['RENEW_DEADLINE_MS'],
    message: 'must be less than LEASE_DURATION_MS',
  })
  .refine((config) => config.RETRY_PERIOD_MS * 2 < config.RENEW_DEADLINE_MS, {
    path: ['RETRY_PERIOD_MS'],
    message: 'must be less than half of RENEW_DEADLINE_MS',
  });

export type Config = z.output<typeof schema>;

/** Reads the settings. What is empty counts as not given. Throws `ConfigError`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return readSettings(schema, environment);
}

/** Every setting with its default, unit and meaning. */
export function helpText(): string {
  return settingsHelp('Cartwright operator', 'node operator/main.ts [--help | --version]', settingGroups);
}
