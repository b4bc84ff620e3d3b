import type { z } from 'zod';
import { BATCH_ITEMS_MAX, BATCH_MAX } from '../domain/limits.ts';
import { schemas } from '../domain/mutation.ts';
import { Rejection } from '../domain/rejection.ts';
import { problem } from './problems.ts';
import type { Mutation, MutationType } from '../domain/mutation.ts';
import type { FieldViolation, GrpcProblem } from './problems.ts';

/** A protobuf message as the loader hands it out: absent messages are null or missing, absent scalars have their type's zero. */
type Wire = Readonly<Record<string, unknown>>;

/** The mutations that can be called. */
export type CallType = keyof typeof schemas | 'Batch';

/** What may be part of a batch: what is about this cart alone. */
const BATCHED: ReadonlySet<string> = new Set([
  'AddRequest',
  'AddItem',
  'SetCartRequest',
  'RemoveItem',
  'ChangeQuantity',
  'SetDelivery',
  'SetPickupPoint',
  'RemoveDelivery',
  'InitializeCheckout',
  'CreateCheckoutOrder',
  'OrderCreated',
  'Clear',
]);

/** What only the node fills in. */
const OWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  SetCartRequest: ['resolved'],
  SetDelivery: ['resolved'],
  Merge: ['source', 'mergeId'],
  OrderCreated: ['paid'],
};

/** Violations told at once. */
const VIOLATIONS_MAX = 10;

/**
 * From the wire to the domain. protobuf can't tell what was left out from zero: a quantity of 0 in a wish is one piece, as over HTTP, no country is the node's own.
 *
 * What only the node may fill in is refused.
 */
export class MutationReader {
  readonly #defaultCountry: string;

  constructor(defaultCountry: string) {
    this.#defaultCountry = defaultCountry;
  }

  /** Throws `invalid-value`; `path` is where the payload is in the request. */
  read(type: CallType, payload: unknown, path: string): Mutation {
    const wire = present(payload, path);
    if (type === 'Batch') return { type, message: { mutations: this.#parts(wire, path) } };
    const prepared = this.#prepared(type, withoutOwn(type, wire, path));
    return { type, message: checked(schemas[type] as z.ZodType, prepared, path) } as Mutation;
  }

  #parts(batch: Wire, path: string): Mutation[] {
    const wires = batch['mutations'] as readonly Wire[];
    const field = `${path}.mutations`;
    if (wires.length < 1 || wires.length > BATCH_MAX)
      throw invalid(field, `must have 1 to ${BATCH_MAX} entries`);
    let items = 0;
    const parts = wires.map((wire, index) => {
      const at = `${field}[${index}]`;
      const [kind, payload] = Object.entries(wire)[0] ?? [];
      if (kind === undefined) throw invalid(at, 'must have one of the mutations');
      const type = typeOf(kind);
      if (type === 'Batch') throw invalid(`${at}.${kind}`, 'a batch can’t be part of a batch');
      if (!BATCHED.has(type)) throw invalid(`${at}.${kind}`, 'can’t be part of a batch');
      const part = this.read(type as CallType, payload, `${at}.${kind}`);
      if (part.type === 'SetCartRequest') items += part.message.items.length;
      return part;
    });
    if (items > BATCH_ITEMS_MAX) throw invalid(field, `must set at most ${BATCH_ITEMS_MAX} items in all`);
    return parts;
  }

  #prepared(type: string, wire: Wire): Wire {
    switch (type) {
      case 'AddRequest':
        return this.#wish(wire);
      case 'SetCartRequest': {
        const { items } = wire as { items: readonly Wire[] };
        return { items: items.map((item) => this.#wish(item)) };
      }
      case 'Merge':
        return wire['strategy'] === 'MERGE_STRATEGY_UNSPECIFIED'
          ? { ...wire, strategy: 'MERGE_STRATEGY_SUM' }
          : wire;
      case 'AddItem': {
        const { product } = wire as { product: Wire | null };
        return product === null || product['type'] !== ''
          ? wire
          : { ...wire, product: { ...product, type: 'physical' } };
      }
      default:
        return wire;
    }
  }

  #wish(wire: Wire): Wire {
    const { quantity, country } = wire;
    return {
      ...wire,
      quantity: quantity === 0 ? 1 : quantity,
      country: country === '' ? this.#defaultCountry : country,
    };
  }
}

/** The domain names fields as they are in a mutation; here is where they are in the request. */
export function locate(error: unknown, mutation: Mutation, path: string): unknown {
  if (!(error instanceof Rejection) || error.details.field === undefined) return error;
  const parts = mutation.type === 'Batch' ? mutation.message.mutations : [];
  const field = error.details.field.replace(/^mutations\[(\d+)\]/, (all, index: string) => {
    const part = parts[Number(index)];
    return part === undefined ? all : `${all}.${kindOf(part.type)}`;
  });
  return new Rejection(error.kind, error.code, error.message, {
    ...error.details,
    field: `${path}.${field}`,
  });
}

/** The value in the schema's terms. Throws `invalid-value`. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const violations = result.error.issues.slice(0, VIOLATIONS_MAX).map((issue): FieldViolation => ({
    field: fieldName(path, issue.path),
    description: issue.message,
  }));
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  throw problem('invalid-value', message, { violations });
}

export function invalid(field: string, description: string): GrpcProblem {
  return problem('invalid-value', `${field}: ${description}`, { violations: [{ field, description }] });
}

/** `add_item` in the oneof of a batch's part, in JSON's spelling: the message's name with a small first letter. */
export function kindOf(type: MutationType): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function typeOf(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

function present(payload: unknown, path: string): Wire {
  if (payload === null || payload === undefined) throw invalid(path, 'is missing');
  return payload as Wire;
}

/** The message without what only the node fills in. Refused where a client has filled it in: it believes that it counts. */
function withoutOwn(type: string, wire: Wire, path: string): Wire {
  const own = OWN_FIELDS[type];
  if (own === undefined) return wire;
  for (const field of own) {
    const value = wire[field];
    const empty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty) throw invalid(`${path}.${field}`, 'is filled in by the node and never taken from a client');
  }
  return Object.fromEntries(Object.entries(wire).filter(([field]) => !own.includes(field)));
}

function fieldName(path: string, rest: readonly PropertyKey[]): string {
  let name = path;
  for (const key of rest) name += typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
  return name;
}
