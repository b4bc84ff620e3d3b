/**
 * Makes of a JSON schema what the API server takes as a CustomResourceDefinition's: a structural schema (every place has one type, nothing is referenced, nothing is said only in one branch of
 * an alternative), in which every text, list and map has a bound, so that the API server can bound the cost of rules over them.
 *
 * What has an equal is rewritten; what has none is an error that names the place, for whoever wrote the schema.
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema says something that a CustomResourceDefinition can't. */
export class StructuralSchemaError extends Error {
  override readonly name = 'StructuralSchemaError';
}

/** Keywords that mean the same in both. */
const KEPT: ReadonlySet<string> = new Set([
  'type',
  'description',
  'default',
  'enum',
  'format',
  'pattern',
  'nullable',
  'required',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
]);

/** Said by zod for JavaScript's sake, no rule of ours. */
const SAFE = Number.MAX_SAFE_INTEGER;
/** Written for engines that look ahead, look back or count groups: the API server's does not. */
const BEYOND_RE2 = /\(\?(?!:|i\))|\\[1-9]|\\k</;

export function structuralSchema(schema: JsonSchema, path = '$'): JsonSchema {
  if (isIntOrString(schema)) return intOrString(schema);
  if (isAnything(schema)) return { ...kept(schema, path), 'x-kubernetes-preserve-unknown-fields': true };
  const result = kept(schema, path);
  const { type } = schema;
  if (typeof type !== 'string') throw new StructuralSchemaError(`${path}: has no single type`);
  if (schema['const'] !== undefined) result['enum'] = [schema['const']];
  if (result['minimum'] === -SAFE) delete result['minimum'];
  if (result['maximum'] === SAFE) delete result['maximum'];
  if (type === 'integer' && result['format'] === undefined) result['format'] = 'int64';
  if (type === 'string') checkText(result, path);
  if (type === 'array') {
    demandBound(result, 'maxItems', path);
    result['x-kubernetes-list-type'] ??= 'atomic';
    result['items'] = structuralSchema(schema['items'] as JsonSchema, `${path}[]`);
  }
  if (type === 'object') addMembers(result, schema, path);
  return result;
}

/** A place with neither type nor alternatives takes anything. */
function isAnything(schema: JsonSchema): boolean {
  return Object.keys(schema).every((key) => key === 'description' || key === 'default');
}

function kept(schema: JsonSchema, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) result[key] = value;
    else if (!REWRITTEN.has(key)) throw new StructuralSchemaError(`${path}: ${key} is not structural`);
  }
  return result;
}

/** Handled by what is below, or empty of meaning here. */
const REWRITTEN: ReadonlySet<string> = new Set([
  '$schema',
  'const',
  'items',
  'properties',
  'additionalProperties',
]);

function addMembers(result: Record<string, unknown>, schema: JsonSchema, path: string): void {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
  const additional = schema['additionalProperties'];
  if (properties !== undefined) {
    // What is not listed is pruned anyway; saying so beside `properties` is refused.
    if (typeof additional === 'object')
      throw new StructuralSchemaError(`${path}: has properties and additionalProperties`);
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => {
        if (path !== '$' && member['description'] === undefined)
          throw new StructuralSchemaError(`${path}.${name}: has no description`);
        return [name, structuralSchema(member, `${path}.${name}`)];
      }),
    );
    return;
  }
  if (typeof additional !== 'object')
    throw new StructuralSchemaError(`${path}: is an object that says nothing of its members`);
  demandBound(result, 'maxProperties', path);
  result['additionalProperties'] = structuralSchema(additional as JsonSchema, `${path}.*`);
}

function checkText(result: Record<string, unknown>, path: string): void {
  // The format says it; the pattern that comes with it repeats the calendar in two hundred characters.
  if (result['format'] === 'date-time') delete result['pattern'];
  const { pattern } = result;
  if (typeof pattern === 'string') {
    if (BEYOND_RE2.test(pattern))
      throw new StructuralSchemaError(`${path}: the API server can't read the pattern ${pattern}`);
    result['pattern'] = withoutEscapedSlashes(pattern);
  }
  if (result['enum'] === undefined) demandBound(result, 'maxLength', path);
}

/** JavaScript escapes slashes because they end its literals. */
function withoutEscapedSlashes(pattern: string): string {
  return pattern.replaceAll('\\/', '/');
}

function demandBound(result: Record<string, unknown>, keyword: string, path: string): void {
  if (result[keyword] === undefined) throw new StructuralSchemaError(`${path}: has no ${keyword}`);
}

interface Alternative {
  readonly type?: string;
  readonly maxLength?: number;
  readonly pattern?: string;
}

function isIntOrString(schema: JsonSchema): boolean {
  const alternatives = schema['anyOf'] as readonly Alternative[] | undefined;
  if (alternatives?.length !== 2) return false;
  const types = alternatives.map(({ type }) => type);
  return types.includes('integer') && types.includes('string');
}

/** The one alternative that has a name in Kubernetes. What is said of the text holds for it where it is a text. */
function intOrString(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema as JsonSchema & { readonly anyOf: readonly Alternative[] };
  const text = anyOf.find(({ type }) => type === 'string');
  return {
    ...rest,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    ...(text?.maxLength !== undefined && { maxLength: text.maxLength }),
    ...(text?.pattern !== undefined && { pattern: withoutEscapedSlashes(text.pattern) }),
    'x-kubernetes-int-or-string': true,
  };
}
