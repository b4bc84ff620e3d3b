import { z } from 'zod';
import { createRegistry } from '../domain/mutations.ts';
import { emptyCart } from '../domain/cart.ts';
import { changeView, historyView, renderEvent, renderHistory } from './change-view.ts';
import { mutationView } from './mutation-view.ts';
import { problems } from './problems.ts';
import { cartView, renderCart } from './view.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

/** JSON Schema as it is written into the document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const fieldError = z.strictObject({
  field: z.string().meta({ description: 'path in the body, as items[0].quantity, or in the URL' }),
  message: z.string(),
  expected: z.string().optional(),
  limit: z.int().optional(),
});

/** RFC 9457. */
export const problemView = z.strictObject({
  type: z.url(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().meta({ description: 'this very answer, for support to search the log for' }),
  code: z.enum(Object.keys(problems) as [keyof typeof problems]),
  errors: z.array(fieldError).optional(),
  confirmationUrl: z
    .string()
    .meta({ description: 'of an ordered cart: the shop’s page that shows the order' })
    .optional(),
  correlationId: z
    .string()
    .meta({ description: 'of a call to the checkout provider: the log has it, too' })
    .optional(),
  providerCorrelationId: z.string().meta({ description: 'the checkout provider’s own' }).optional(),
});

const components = z.registry<{ id: string }>();
components.add(cartView, { id: 'Cart' });
components.add(mutationView, { id: 'Mutation' });
components.add(changeView, { id: 'Change' });
components.add(historyView, { id: 'History' });
components.add(problemView, { id: 'Problem' });

/** The shapes of answers. Clients must expect that fields are added to them. */
export function responseSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(components, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      tidy(jsonSchema);
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

/** The shape of a body: fields that it does not know are refused. */
export function requestSchema(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => tidy(jsonSchema) }));
}

/** The fields of a query, each by its own schema, and whether it must be there. */
export function queryFields(
  schema: z.ZodType,
): readonly { name: string; schema: JsonSchema; required: boolean }[] {
  return Object.entries((schema as z.ZodObject).shape).map(([name, field]) => ({
    name,
    schema: textSchema(field as z.ZodType),
    required: !(field as z.ZodType).safeParse(undefined).success && !isOptional(field as z.ZodType),
  }));
}

/** A text in a URL: what it stands for, a number say, where that can be written down. */
export function textSchema(field: z.ZodType): JsonSchema {
  for (const io of ['output', 'input'] as const) {
    try {
      return bare(z.toJSONSchema(field, { io, override: ({ jsonSchema }) => tidy(jsonSchema) }));
    } catch {
      // Letters that are made small are no number: as they are sent.
    }
  }
  return { type: 'string' };
}

function isOptional(field: z.ZodType): boolean {
  return z.object({ field }).safeParse({}).success;
}

/** Bounds that only say that a number is a safe integer say nothing to a reader. */
function tidy(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Without what only a document of its own has. */
function bare(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}

/** A cart as it comes about: by the rules, so that the example is never one that can't be. */
const product = {
  sku: 'TEST-SKU-123',
  name: 'Wool cap',
  unitPrice: 19_900,
  unitDiscount: 0,
  taxRate: 2500,
  currency: 'SEK',
  country: 'se',
  type: 'physical',
} as const;
const standard = {
  provider: 'standard',
  name: 'Standard delivery',
  price: 4900,
  taxRate: 2500,
  currency: 'SEK',
  country: 'se',
} as const;
const made: readonly Mutation[] = [
  { type: 'AddItem', message: { product, quantity: 2 } },
  { type: 'SetDelivery', message: { provider: 'standard', items: [1], resolved: standard } },
];
const atMs = Date.UTC(2026, 10, 25, 12);
const registry = createRegistry();
const cart: Cart = made.reduce(
  (before, mutation) => registry.apply(before, mutation),
  emptyCart('4fTkY0cJ2mPq8sWvZr1aBd'),
);
const { version } = cart;
const changes = made.map((mutation, index) => ({ version: index + 1, atMs, mutation }));

export const exampleCart = JSON.parse(renderCart(cart)) as object;

export const exampleHistory = JSON.parse(
  renderHistory(cart.id, { version, retainedFrom: 1, changes, next: null }),
) as object;

export const exampleEvents =
  'retry: 1500\n\n' +
  changes
    .map((change) =>
      renderEvent({ kind: 'change', ...change, cart: change.version === version ? cart : null }),
    )
    .join('') +
  ':\n\n';
