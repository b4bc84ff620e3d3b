import { stringify } from 'yaml';
import { z } from 'zod';
import { values } from './values.ts';

/** What a user reads and Helm checks of the values: values.yaml, values.schema.json and the README's table, all made of the one schema. */

interface Leaf {
  readonly path: string;
  readonly description: string;
  readonly value: unknown;
}

type Entry =
  | (Leaf & { readonly group: false })
  | { readonly path: string; readonly description: string; readonly group: true };

/** Groups and leaves in the schema's order, a group before what it has. */
export function entries(schema: z.ZodObject = values, prefix = ''): Entry[] {
  return Object.entries(schema.shape).flatMap(([name, field]): Entry[] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const description = descriptionOf(field as z.ZodType);
    if (field instanceof z.ZodObject) return [{ path, description, group: true }, ...entries(field, path)];
    if (field instanceof z.ZodDefault)
      return [{ path, description, group: false, value: field.def.defaultValue }];
    throw new Error(`${path} has no default`);
  });
}

function descriptionOf(field: z.ZodType): string {
  const description = field.meta()?.description;
  if (description === undefined) throw new Error('a value says what it is for');
  return description;
}

export function valuesYaml(): string {
  const lines = ['# Made by `make chart` from charts/values.ts.'];
  for (const entry of entries()) {
    const depth = entry.path.split('.').length - 1;
    const indent = '  '.repeat(depth);
    if (depth === 0) lines.push('');
    lines.push(`${indent}# ${entry.description}`);
    const name = entry.path.slice(entry.path.lastIndexOf('.') + 1);
    const text = entry.group ? `${name}:` : yaml({ [name]: entry.value });
    lines.push(...text.split('\n').map((line) => indent + line));
  }
  return `${lines.join('\n')}\n`;
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}

/**
 * JSON Schema for Helm 3 and 4. Everything must be there, for a template relies on it: `--set image.tag=null` is refused; only free objects may be taken away, because that is how one
 * empties them. `global` and `enabled` are Helm's own where the chart is another's dependency.
 */
export function valuesSchema(): string {
  const schema = z.toJSONSchema(values, {
    target: 'draft-7',
    io: 'output',
    override: ({ jsonSchema }) => {
      const properties = jsonSchema.properties;
      if (properties === undefined) return;
      jsonSchema.required = Object.keys(properties).filter((name) => !isFreeObject(properties[name]));
    },
  });
  schema.properties = {
    ...schema.properties,
    global: { type: 'object', description: 'Helm’s own' },
    enabled: { type: 'boolean', description: 'condition of a chart that depends on this one' },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function isFreeObject(property: z.core.JSONSchema._JSONSchema | undefined): boolean {
  return typeof property === 'object' && property.type === 'object' && property.properties === undefined;
}

export function valuesTable(): string {
  const rows = entries().map((entry) =>
    entry.group
      ? `| **${entry.path}** | | ${cell(entry.description)} |`
      : `| \`${entry.path}\` | \`${cell(JSON.stringify(entry.value))}\` | ${cell(entry.description)} |`,
  );
  return ['| value | default | |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
