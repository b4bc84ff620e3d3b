import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { badValues } from './testing/bad-values.ts';
import { merged } from './testing/merged.ts';
import { renderings } from './renderings.ts';
import { entries, valuesSchema } from './values-files.ts';
import { values } from './values.ts';
import type { z } from 'zod';

describe('the chart’s values', () => {
  const defaults = parse(readFileSync(new URL('cartwright/values.yaml', import.meta.url), 'utf8')) as object;

  it('are by default what their schema says', () => {
    assert.deepEqual(values.parse(defaults), defaults);
  });

  it('fit their schema in every rendering that tests look at', () => {
    for (const [name, given] of Object.entries(renderings)) {
      const { success, error } = values.safeParse(merged(defaults, given));
      assert.ok(success, `${name}: ${error?.message}`);
    }
  });

  for (const [given, named] of badValues)
    it(`refuse ${JSON.stringify(given)} and name ${named}`, () => {
      const { error } = values.safeParse(merged(defaults, given));
      assert.ok(error, 'it is refused');
      const found = error.issues.flatMap(namesOf);
      assert.ok(found.includes(named), `${found.join(', ')} are named`);
    });

  it('are bounded: no text without a pattern or a list of what is allowed', () => {
    const schema = JSON.parse(valuesSchema()) as JsonSchema;
    const unbounded = entries()
      .filter((entry) => !entry.group)
      .map(({ path }) => path)
      .filter((path) => {
        const { type, enum: allowed, pattern } = at(schema, path);
        return type === 'string' && allowed === undefined && pattern === undefined;
      });
    assert.deepEqual(unbounded, []);
  });
});

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function at(schema: JsonSchema, path: string): JsonSchema {
  return path.split('.').reduce((found, name) => found.properties?.[name] ?? assert.fail(path), schema);
}

/** Where it is, and the names that are not known. */
function namesOf(issue: z.core.$ZodIssue): string[] {
  return [
    issue.path.join('/'),
    ...(issue.code === 'unrecognized_keys' ? issue.keys : []),
    String(issue.path.at(-1)),
  ];
}
