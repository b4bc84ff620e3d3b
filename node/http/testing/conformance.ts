import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument, Operation, Response } from '../openapi.ts';
import type { JsonSchema } from '../openapi-schemas.ts';

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Checks answers against the document that the API describes itself with, more strictly than clients should: no field may be there that it does not name. */
export class Conformance {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #operations: readonly {
    readonly pattern: RegExp;
    readonly methods: Readonly<Record<string, Operation>>;
  }[];
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    formats.default(this.#ajv);
    this.#document = closed(document) as OpenApiDocument;
    this.#ajv.addSchema(this.#document, 'document');
    this.#operations = Object.entries(document.paths)
      .map(([path, methods]) => ({ pattern: patternOf(path), methods, parts: path.split('{').length }))
      // A path that is written out comes before one with a parameter in that place.
      .sort((a, b) => a.parts - b.parts);
  }

  check(method: string, target: string, answer: Answered): void {
    const path = pathOf(target);
    const name = `${method} ${target} → ${answer.status}`;
    const found = this.#operations.filter(({ pattern }) => path !== null && pattern.test(path));
    const operation = found.map(({ methods }) => methods[methodOf(method)]).find((one) => one !== undefined);
    if (operation === undefined) {
      this.#checkUnrouted(method, name, found.length > 0, answer);
      return;
    }
    const response = operation.responses[answer.status];
    assert.ok(response, `${name} is not in the document of ${operation.operationId}: ${answer.text}`);
    for (const [header, { required }] of Object.entries(response.headers ?? {}) as [
      string,
      { required?: boolean },
    ][])
      assert.ok(required !== true || header.toLowerCase() in answer.headers, `${name} has no ${header}`);
    if (method !== 'HEAD') this.#checkBody(name, operation, response, answer);
  }

  #checkBody(name: string, { operationId }: Operation, { content }: Response, answer: Answered): void {
    const type = (answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (content === undefined) {
      assert.equal(answer.text, '', `${name} has a body`);
      return;
    }
    assert.ok(type in content, `${name} is ${type}`);
    if (!type.endsWith('json')) return;
    const at = [
      'paths',
      this.#pathOf(operationId),
      this.#methodOf(operationId),
      'responses',
      String(answer.status),
      'content',
      type,
      'schema',
    ];
    this.#validate(`document#/${at.map(pointer).join('/')}`, name, answer.text);
  }

  /** No operation: that has to be said as a problem, too. */
  #checkUnrouted(method: string, name: string, pathKnown: boolean, answer: Answered): void {
    if (method === 'OPTIONS') {
      assert.ok(answer.status === 204 || answer.status === 404, name);
      return;
    }
    if (answer.status === 200 && !pathKnown) return;
    assert.equal(answer.headers['content-type'], 'application/problem+json', name);
    if (method !== 'HEAD') this.#validate('document#/components/schemas/Problem', name, answer.text);
  }

  #validate(reference: string, name: string, text: string): void {
    const validate = this.#ajv.getSchema(reference) as ValidateFunction;
    assert.ok(validate(JSON.parse(text)), `${name}: ${this.#ajv.errorsText(validate.errors)}: ${text}`);
  }

  #pathOf(operationId: string): string {
    return this.#find(operationId)[0];
  }

  #methodOf(operationId: string): string {
    return this.#find(operationId)[1];
  }

  #find(operationId: string): readonly [string, string] {
    for (const [path, methods] of Object.entries(this.#document.paths)) {
      for (const [method, one] of Object.entries(methods)) {
        if (one.operationId === operationId) return [path, method];
      }
    }
    return assert.fail(operationId);
  }
}

function methodOf(method: string): string {
  return method === 'HEAD' ? 'get' : method.toLowerCase();
}

function pathOf(target: string): string | null {
  const url = URL.canParse(target) ? target : `http://host${target}`;
  return URL.canParse(url) ? new URL(url).pathname : null;
}

function patternOf(path: string): RegExp {
  const parts = path
    .replace(/\/$/, '')
    .split(/\{\w+\}/)
    .map((part) => part.replace(/[.]/g, '\\.'));
  // Ids of lines are numbers; what is none is another path or a mistake, and judged by the same schema.
  return new RegExp(`^${parts.join('[^/]+')}/?$`);
}

function pointer(key: string): string {
  return encodeURIComponent(key.replace(/~/g, '~0').replace(/\//g, '~1'));
}

/** Clients must expect that fields are added; here they are a mistake, for nobody wrote them down. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, closed(inner)]),
  );
  const { type, properties, additionalProperties } = copy as JsonSchema;
  if (type === 'object' && properties !== undefined && additionalProperties === undefined)
    copy['additionalProperties'] = false;
  return copy;
}
