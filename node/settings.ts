import { z } from 'zod';

/**
 * Settings of a process, by their environment variables. The schema of each is the one source: of its default, of its check, and of what `--help` says of it.
 */
export type SettingGroups = Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;

/** Names of settings whose value is not repeated in any message. */
const SECRET = /TOKEN|SECRET|PASSWORD/;

/** A setting is wrong. The message has a line for each: its name, what was given and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings. What is empty counts as not given. Throws {@link ConfigError}. */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
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
    const value = given[name] === undefined ? 'the default' : shown(name, given[name]);
    const setting = schema.shape[name] as z.ZodType;
    wrong.set(name, `${name}: ${value} is not allowed; ${allowed(setting, issue.message)}`);
  }
  throw new ConfigError([...wrong.values()].join('\n'));
}

function shown(name: string, value: string): string {
  if (SECRET.test(name)) return '(hidden)';
  // An address may carry a password.
  return JSON.stringify(value).replace(/(?<=\/\/)[^/@]*(?=@)/, '(hidden)');
}

/** Every setting with its default, unit and meaning. */
export function settingsHelp(title: string, usage: string, groups: SettingGroups): string {
  const lines = [title, '', `Usage: ${usage}`, '', 'Settings are environment variables:'];
  for (const [group, settings] of Object.entries(groups)) {
    lines.push('', group);
    for (const [name, setting] of Object.entries(settings)) {
      const { unit, description } = metaOf(setting);
      const fallback = defaultOf(setting);
      const shown = fallback === '' ? 'none' : fallback;
      lines.push(
        `  ${name}`,
        `      ${description}`,
        `      default: ${shown}${unit === '' || shown === 'none' ? '' : ` ${unit}`}; ${allowed(setting)}`,
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

function allowed(setting: z.ZodType, message?: string): string {
  const json = z.toJSONSchema(setting, { io: 'input', unrepresentable: 'any' });
  if (json.enum) return `allowed: ${json.enum.join(', ')}`;
  const { unit } = metaOf(setting);
  const suffix = unit === '' ? '' : ` ${unit}`;
  // What one setting must be beside another one is said by a message of its own.
  const isNumber = json.type === 'integer' || json.type === 'number';
  if (isNumber && message?.startsWith('must be ') !== true) {
    const most =
      json.maximum === undefined || json.maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${json.maximum}`;
    return `allowed: ${json.type === 'integer' ? 'whole ' : ''}numbers from ${json.minimum ?? 0}${most}${suffix}`;
  }
  if (message !== undefined && /^must be /.test(message))
    return `allowed: ${message.replace(/^must be /, '')}`;
  if (json.maxLength === undefined) return 'allowed: a text';
  return `allowed: ${json.minLength === undefined ? 'up' : json.minLength} to ${json.maxLength} characters`;
}
