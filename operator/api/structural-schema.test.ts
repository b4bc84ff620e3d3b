import assert from 'node:assert/strict';
import { z } from 'zod';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { structuralSchema, StructuralSchemaError } from './structural-schema.ts';
import type { JsonSchema } from './structural-schema.ts';

function rewritten(schema: z.ZodType): JsonSchema {
  return structuralSchema(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }));
}

function rewrittenMember(schema: z.ZodType): JsonSchema {
  const { properties } = rewritten(z.object({ member: schema.describe('A member.') }));
  return (properties as Record<string, JsonSchema>)['member'] ?? {};
}

const text = z.string().max(9);

describe('a structural schema', () => {
  it('says nothing of additional properties beside properties', () => {
    assert.deepEqual(rewritten(z.strictObject({ a: text.describe('A.') })), {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', maxLength: 9, description: 'A.' } },
    });
  });

  it('has no $schema', () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'boolean' };
    assert.deepEqual(structuralSchema(schema), { type: 'boolean' });
  });

  it('has int-or-string where a number or a text may stand, with the text’s bounds', () => {
    const schema = z
      .union([
        z.int(),
        z
          .string()
          .max(32)
          .regex(/^[0-9]+\/?$/),
      ])
      .default('1');
    assert.deepEqual(rewrittenMember(schema), {
      description: 'A member.',
      default: '1',
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      maxLength: 32,
      pattern: '^[0-9]+/?$',
      'x-kubernetes-int-or-string': true,
    });
  });

  it('keeps what it does not know where anything may stand', () => {
    assert.deepEqual(rewrittenMember(z.unknown()), {
      description: 'A member.',
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });

  it('has none of the bounds that are JavaScript’s and not ours', () => {
    assert.deepEqual(rewrittenMember(z.int()), {
      type: 'integer',
      format: 'int64',
      description: 'A member.',
    });
    assert.deepEqual(rewrittenMember(z.int().min(3)), {
      type: 'integer',
      format: 'int64',
      minimum: 3,
      description: 'A member.',
    });
  });

  it('has a time’s format and not the pattern of the calendar', () => {
    assert.deepEqual(rewrittenMember(z.iso.datetime().max(40)), {
      type: 'string',
      format: 'date-time',
      maxLength: 40,
      description: 'A member.',
    });
  });

  it('has a list of one value where one is fixed', () => {
    assert.deepEqual(structuralSchema({ type: 'string', const: 'x' }), { type: 'string', enum: ['x'] });
  });

  it('merges lists as a whole unless said otherwise', () => {
    const list = z.array(text).max(4);
    assert.equal(rewrittenMember(list)['x-kubernetes-list-type'], 'atomic');
    const set = list.meta({ 'x-kubernetes-list-type': 'set' });
    assert.equal(rewrittenMember(set)['x-kubernetes-list-type'], 'set');
  });

  it('passes rules, defaults and what may be null', () => {
    const rules = [{ rule: 'self > 1', message: 'more' }];
    const schema = z.int().nullable().default(2).meta({ 'x-kubernetes-validations': rules });
    const { nullable, default: fallback, 'x-kubernetes-validations': kept } = rewrittenMember(schema);
    assert.deepEqual([nullable, fallback, kept], [true, 2, rules]);
  });

  const impossible: readonly [string, z.ZodType, RegExp][] = [
    ['alternatives', z.union([z.boolean(), text]), /^\$\.member: anyOf/],
    [
      'alternatives told apart by a field',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      /^\$\.member: (anyOf|oneOf)/,
    ],
    [
      'intersections',
      z.intersection(z.record(z.string(), text), z.object({ b: text })),
      /has properties and additionalProperties|allOf/,
    ],
    ['references', text.meta({ id: 'shared' }), /definitions/],
    ['texts without a bound', z.string(), /^\$\.member: has no maxLength/],
    ['lists without a bound', z.array(text), /^\$\.member: has no maxItems/],
    ['maps without a bound', z.record(z.string(), text), /^\$\.member: has no maxProperties/],
    [
      'an object with members and others',
      z.object({ a: text }).catchall(text),
      /has properties and additional/,
    ],
    ['patterns that look ahead', text.regex(/^(?=a)/), /can't read the pattern/],
    ['patterns that look back', text.regex(/(?<=a)b/), /can't read the pattern/],
    ['patterns that name groups', text.regex(/(?<a>b)\k<a>/), /can't read the pattern/],
    ['patterns that count groups', text.regex(/(a)\1/), /can't read the pattern/],
    ['zod’s own host names', z.hostname(), /can't read the pattern/],
  ];

  for (const [what, schema, message] of impossible) {
    it(`refuses ${what}, with the place`, () => {
      assert.throws(
        () => rewrittenMember(schema),
        (error) => error instanceof StructuralSchemaError && message.test(error.message),
      );
    });
  }

  it('refuses a field without a description, below the top', () => {
    const schema = z.object({ a: z.object({ b: text }).describe('A.') });
    assert.throws(() => rewritten(schema), /^StructuralSchemaError: \$\.a\.b: has no description/);
  });
});

describe('the CRD of CartCluster', () => {
  const [version] = (customResourceDefinition()['spec'] as { versions: [VersionOfCrd] }).versions;

  it('is small enough for every client', () => {
    assert.ok(JSON.stringify(customResourceDefinition()).length < 256 * 1024);
  });

  it('knows what it forbids: no keyword that is not structural is anywhere in it', () => {
    const forbidden = [
      '$ref',
      'definitions',
      'oneOf',
      'allOf',
      'not',
      'const',
      'propertyNames',
      '$schema',
      'id',
    ];
    const found: string[] = [];
    const walk = (schema: JsonSchema, path: string): void => {
      for (const key of forbidden) if (key in schema) found.push(`${path}: ${key}`);
      if (schema['properties'] !== undefined && schema['additionalProperties'] !== undefined)
        found.push(`${path}: both`);
      const { properties = {}, items, additionalProperties } = schema as Members;
      for (const [name, member] of Object.entries(properties)) walk(member, `${path}.${name}`);
      if (items !== undefined) walk(items, `${path}[]`);
      if (additionalProperties !== undefined) walk(additionalProperties, `${path}.*`);
    };
    walk(version.schema.openAPIV3Schema, '$');
    assert.deepEqual(found, []);
  });

  it('has the status and the scale subresource with a selector', () => {
    assert.deepEqual(version.subresources, {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    });
  });

  it('shows columns whose fields there are', () => {
    for (const { jsonPath } of version.additionalPrinterColumns) {
      const [, top = '', next = ''] = /^\.(\w+)\.(\w+)/.exec(jsonPath) ?? [];
      if (top === 'metadata') continue;
      const { properties = {} } = version.schema.openAPIV3Schema as Members;
      assert.ok(next in ((properties[top] as Members).properties ?? {}), jsonPath);
    }
  });
});

interface Members {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema;
}

interface VersionOfCrd {
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources: unknown;
  readonly additionalPrinterColumns: readonly { readonly jsonPath: string }[];
}
