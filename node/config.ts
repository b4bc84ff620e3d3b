import { hostname } from 'node:os';
import { z } from 'zod';
import { actorSettings } from './actor/settings.ts';
import { catalogSettings } from './catalog/settings.ts';
import { httpSettings } from './http/settings.ts';
import { journalSettings } from './journal/settings.ts';

/**
 * Every setting of the node, by its environment variable. The parts' own schemas are the one source: of defaults, of checks, and of `--help`.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int();

const nodeSettings = {
  HOST: z.string().min(1).default('0.0.0.0').meta({ description: 'address that the cart API listens on' }),
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
} as const;

const schema = z
  .object({
    ...nodeSettings,
    ...journalSettings,
    ...actorSettings,
    ...catalogSettings,
    ...httpSettings,
  })
  .refine(({ COOKIE_NAME, COOKIE_SECURE }) => COOKIE_SECURE || !/^__(Host|Secure)-/i.test(COOKIE_NAME), {
    path: ['COOKIE_NAME'],
    // Browsers drop such cookies: every request would make a new cart.
    message: 'must be names without the prefixes __Host- and __Secure- where COOKIE_SECURE is false',
  });

export type Config = z.output<typeof schema>;

/** Names of settings whose value is not repeated in any message. */
const SECRET = /TOKEN|SECRET|PASSWORD/;

/** A setting is wrong. The message has a line for each: its name, what was given and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings. What is empty counts as not given. Throws {@link ConfigError}. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = environment[name];
    if (value !== undefined && value.trim() !== '') given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const wrong = new Map<string, string>();
  for (const issue of result.error.issues) {
    const name = String(issue.path[0]);
    if (wrong.has(name)) continue;
    // An address may carry a password.
    const shown = JSON.stringify(given[name]).replace(/(?<=\/\/)[^/@]*(?=@)/, '(hidden)');
    const value = SECRET.test(name) ? '(hidden)' : shown;
    wrong.set(name, `${name}: ${value} is not allowed; ${allowed(name, issue.message)}`);
  }
  throw new ConfigError([...wrong.values()].join('\n'));
}

/** Every setting with its default, unit and meaning. */
export function helpText(): string {
  const lines = [
    'Cartwright cart node',
    '',
    'Usage: node node/main.ts [--help | --version]',
    '',
    'Settings are environment variables:',
  ];
  for (const [group, settings] of Object.entries(settingGroups)) {
    lines.push('', group);
    for (const [name, setting] of Object.entries<z.ZodType>(settings)) {
      const { unit, description } = metaOf(setting);
      const fallback = defaultOf(setting);
      const shown = fallback === '' ? 'none' : fallback;
      lines.push(
        `  ${name}`,
        `      ${description}`,
        `      default: ${shown}${unit === '' || shown === 'none' ? '' : ` ${unit}`}; ${allowed(name)}`,
      );
    }
  }
  return lines.join('\n');
}

function metaOf(setting: z.ZodType): { unit: string; description: string } {
  const meta = setting.meta() as { unit?: string; description?: string } | undefined;
  return { unit: meta?.unit ?? '', description: meta?.description ?? '' };
}

/** The default before any transformation: what one would write into the environment. */
function defaultOf(setting: z.core.$ZodType): string {
  const { def } = setting._zod;
  if (def.type === 'default') return String((def as { readonly defaultValue?: unknown }).defaultValue);
  if (def.type === 'pipe') return defaultOf((def as z.core.$ZodPipeDef).in);
  return '';
}

function allowed(name: string, message?: string): string {
  const json = z.toJSONSchema(schema.shape[name as keyof Config], { io: 'input', unrepresentable: 'any' });
  if (json.enum) return `allowed: ${json.enum.join(', ')}`;
  const unit = metaOf(schema.shape[name as keyof Config] as z.ZodType).unit;
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (json.type === 'integer' || json.type === 'number') {
    const most =
      json.maximum === undefined || json.maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${json.maximum}`;
    return `allowed: whole numbers from ${json.minimum ?? 0}${most}${suffix}`;
  }
  if (message !== undefined && /^must be /.test(message))
    return `allowed: ${message.replace(/^must be /, '')}`;
  if (json.maxLength === undefined) return 'allowed: a text';
  return `allowed: ${json.minLength === undefined ? 'up' : json.minLength} to ${json.maxLength} characters`;
}
