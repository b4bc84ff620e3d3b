import { z } from 'zod';
import { LINES_MAX } from '../domain/limits.ts';
import { batchItemsMax, batchMax, schemas } from '../domain/mutation.ts';
import { HttpProblem } from './problems.ts';
import type { FieldError } from './problems.ts';
import type { MergeStrategy } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

/**
 * The shapes of request bodies, made of the domain's shapes: what differs is what HTTP adds (defaults, ids from the path).
 *
 * A field that is not known is 400, a value that is not acceptable 422; both name the field and what was expected.
 */
export interface RequestSchemas {
  readonly add: z.ZodType<Extract<Mutation, { type: 'AddRequest' }>['message']>;
  readonly set: z.ZodType<Extract<Mutation, { type: 'SetCartRequest' }>['message']>;
  readonly changeQuantity: z.ZodType<Extract<Mutation, { type: 'ChangeQuantity' }>['message']>;
  readonly delivery: z.ZodType<Extract<Mutation, { type: 'SetDelivery' }>['message']>;
  readonly pickupPoint: z.ZodType<Extract<Mutation, { type: 'SetPickupPoint' }>['message']['pickupPoint']>;
  readonly batch: z.ZodType<readonly Mutation[]>;
  readonly merge: z.ZodType<MergeBody>;
  /** The query of GET /cart/add/:sku. */
  readonly addQuery: z.ZodType<Omit<Extract<Mutation, { type: 'AddRequest' }>['message'], 'sku'>>;
  /** The query of GET /cart/history. */
  readonly historyQuery: z.ZodType<{ readonly fromVersion: number; readonly limit: number }>;
  /** The query of GET /cart/events. */
  readonly eventsQuery: z.ZodType<{ readonly afterVersion?: number | undefined }>;
  /** The query by which the checkout provider names an order. It may add to it. */
  readonly pushQuery: z.ZodType<{ readonly order: string }>;
  /** The checkout provider's order: a large thing of its own, of which is read what is needed. */
  readonly providerOrder: z.ZodType;
  /** A line's or delivery's id in the path. */
  readonly id: z.ZodType<number>;
}

/** Changes in one answer with a cart's history. */
const HISTORY_LIMIT = 100;
const HISTORY_LIMIT_MAX = 1000;

/** A number in a URL, negative ones too: what it may be is said by its bounds, as for numbers in bodies. */
const whole = z
  .string()
  .regex(/^-?\d{1,15}$/, 'must be a whole number of at most 15 digits')
  .transform(Number);

/** Of two carts, one is addressed and the body names the other. */
export interface MergeBody {
  readonly source?: string;
  readonly target?: string;
  readonly strategy: keyof typeof mergeStrategies;
}

export const mergeStrategies = {
  sum: 'MERGE_STRATEGY_SUM',
  max: 'MERGE_STRATEGY_MAX',
  keep: 'MERGE_STRATEGY_KEEP',
  replace: 'MERGE_STRATEGY_REPLACE',
} as const satisfies Record<string, MergeStrategy>;

const merge = z
  .strictObject({
    source: z.string().min(1).max(64).exactOptional(),
    target: z.string().min(1).max(64).exactOptional(),
    strategy: z.enum(['sum', 'max', 'keep', 'replace']).default('sum'),
  })
  .refine(({ source, target }) => (source === undefined) !== (target === undefined), {
    path: ['target'],
    message: 'either source or target must be there',
  });

export function requestSchemas(defaultCountry: string): RequestSchemas {
  const shape = schemas.AddRequest.shape;
  const defaults = { quantity: shape.quantity.default(1), country: shape.country.default(defaultCountry) };
  const add = z.strictObject({ ...shape, ...defaults });
  const set = z.strictObject({ items: z.array(add).max(LINES_MAX) });
  const id = schemas.RemoveItem.shape.id;
  const part = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('AddRequest'), ...add.shape }),
    z.strictObject({ type: z.literal('SetCartRequest'), ...set.shape }),
    z.strictObject({ type: z.literal('RemoveItem'), ...schemas.RemoveItem.shape }),
    z.strictObject({ type: z.literal('ChangeQuantity'), ...schemas.ChangeQuantity.shape }),
    z.strictObject({ type: z.literal('SetDelivery'), ...schemas.SetDelivery.shape }),
    z.strictObject({ type: z.literal('SetPickupPoint'), ...schemas.SetPickupPoint.shape }),
    z.strictObject({ type: z.literal('RemoveDelivery'), ...schemas.RemoveDelivery.shape }),
    z.strictObject({ type: z.literal('Clear') }),
  ]);
  return {
    add,
    set,
    changeQuantity: schemas.ChangeQuantity,
    delivery: schemas.SetDelivery,
    pickupPoint: schemas.SetPickupPoint.shape.pickupPoint,
    batch: z
      .strictObject({
        mutations: z
          .array(part)
          .min(1)
          .max(batchMax)
          .refine((parts) => itemsOf(parts) <= batchItemsMax, {
            message: `must set at most ${batchItemsMax} items in all`,
          }),
      })
      // Each part's schema is its message with the message's name beside it.
      .transform(({ mutations }) => mutations.map(({ type, ...message }) => ({ type, message }) as Mutation)),
    merge,
    addQuery: z.strictObject({
      quantity: whole.pipe(shape.quantity).default(1),
      country: defaults.country,
      storeId: shape.storeId,
      variant: shape.variant,
    }),
    historyQuery: z.strictObject({
      fromVersion: whole.pipe(z.int().min(1)).default(1),
      limit: whole.pipe(z.int().min(1).max(HISTORY_LIMIT_MAX)).default(HISTORY_LIMIT),
    }),
    pushQuery: z.object({ order: z.string().min(1).max(255) }),
    providerOrder: z.unknown(),
    eventsQuery: z.strictObject({ afterVersion: whole.pipe(z.int().min(0)).exactOptional() }),
    id: whole.pipe(id),
  };
}

function itemsOf(parts: readonly { readonly type: string; readonly items?: readonly unknown[] }[]): number {
  let items = 0;
  for (const part of parts) items += part.type === 'SetCartRequest' ? (part.items?.length ?? 0) : 0;
  return items;
}

/** The value in the schema's terms. Throws `unknown-field` or `invalid-value`; `path` names what is checked, where it is no body. */
export function check<T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[] = []): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors: FieldError[] = [];
  let unknown = false;
  for (const issue of result.error.issues.slice(0, ERRORS_MAX)) {
    const at = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      unknown = true;
      for (const key of issue.keys.slice(0, ERRORS_MAX)) {
        errors.push({
          field: fieldName([...at, key]),
          message: 'is not known here',
          expected: 'no such field',
        });
      }
    } else errors.push({ field: fieldName(at), message: issue.message, expected: expectation(issue) });
  }
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new HttpProblem(unknown ? 'unknown-field' : 'invalid-value', detail, errors);
}

/** Problems told at once. */
const ERRORS_MAX = 20;

function fieldName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const key of path) {
    // A field's name comes from the client and may be of any length.
    if (typeof key === 'number') name += `[${key}]`;
    else name += `${name === '' ? '' : '.'}${String(key).slice(0, 100)}`;
  }
  return name === '' ? 'body' : name;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : issue.expected;
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return 'options' in issue ? `one of ${issue.options.map(String).join(', ')}` : issue.message;
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
