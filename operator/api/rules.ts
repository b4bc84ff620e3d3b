import type { z } from 'zod';

/**
 * What a field's type can't say. The API server enforces `cel`; zod enforces `holds`, so that what was stored under an older schema is refused too and unit tests can judge it. A rule
 * about a change (`oldSelf`) can't be judged from one object: its `holds` is null.
 */
export interface Rule<Value> {
  /** A CEL expression over `self`. Its cost must be bounded: every list, map and string that it walks has a maximum. */
  readonly cel: string;
  /** What the user reads. */
  readonly message: string;
  /** The field that the message is about, relative to where the rule stands: `.replicas`. */
  readonly fieldPath?: string;
  readonly holds: ((value: Value) => boolean) | null;
}

/** The key by which the API server knows them. */
export const VALIDATIONS = 'x-kubernetes-validations';

/** The schema with these rules. */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  ...rules: readonly Rule<z.output<Schema>>[]
): Schema {
  let refined = schema;
  for (const { holds, message, fieldPath } of rules) {
    if (holds === null) continue;
    const path = fieldPath === undefined ? [] : fieldPath.slice(1).split('.');
    refined = refined.refine(holds, { message, path });
  }
  const validations = rules.map(({ cel, message, fieldPath }) => ({
    rule: cel,
    message,
    ...(fieldPath !== undefined && { fieldPath }),
  }));
  return refined.meta({ [VALIDATIONS]: validations });
}
