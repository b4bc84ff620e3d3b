import { FIELD_MANAGER } from './names.ts';
import type { FieldsV1, KubeObject } from '../kube/object.ts';

/**
 * Which fields of an object are ours by the API server's own book (`managedFields`), as texts like `.spec.replicas` and `.spec.ports[name=http].port`.
 *
 * When somebody else changes one of them, the book takes it from us: that is how a foreign edit is seen, without knowing which defaults the API server fills in and how it writes what we
 * wrote.
 */
export function ownFields({ metadata }: KubeObject): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const { manager, operation, subresource = '', fieldsV1 } of metadata.managedFields ?? []) {
    if (manager !== FIELD_MANAGER || operation !== 'Apply' || subresource !== '') continue;
    if (fieldsV1 !== undefined) collect(fieldsV1, '', fields);
  }
  // How many nodes there are is not put back, so it does not matter whose field it is.
  fields.delete('.spec.replicas');
  return fields;
}

function collect(tree: FieldsV1, path: string, fields: Set<string>): void {
  const steps = Object.entries(tree);
  if (steps.length === 0) {
    fields.add(path);
    return;
  }
  for (const [step, below] of steps) {
    // The place itself is ours to keep there; what matters is what is in it.
    if (step === '.') fields.add(path);
    else collect(below, `${path}${readable(step)}`, fields);
  }
}

function readable(step: string): string {
  const colon = step.indexOf(':');
  const kind = step.slice(0, colon);
  const rest = step.slice(colon + 1);
  if (kind === 'f') return /^[A-Za-z0-9]+$/.test(rest) ? `.${rest}` : `["${rest}"]`;
  if (kind !== 'k') return `[${rest}]`;
  try {
    const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
    return `[${keys.map(([key, value]) => `${key}=${String(value)}`).join(',')}]`;
  } catch {
    return `[${rest}]`;
  }
}

/** What was ours and no longer is. */
export function lostFields(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] {
  return [...before].filter((field) => !after.has(field));
}

const NAMED_MAX = 5;

/** For people: a few fields by name. A place goes with its fields. */
export function describeFields(fields: readonly string[]): string {
  const outer = fields.filter((field) => !fields.some((other) => field !== other && isBelow(field, other)));
  const named = outer.slice(0, NAMED_MAX).join(', ');
  return outer.length > NAMED_MAX ? `${named} and ${outer.length - NAMED_MAX} more` : named;
}

function isBelow(field: string, place: string): boolean {
  return field.startsWith(place) && /^[.[]/.test(field.slice(place.length));
}
