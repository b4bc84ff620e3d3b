import { z } from 'zod';

/** Texts, lists and maps of the API. Each has a bound: a rule over something unbounded costs more than the API server allows. */

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const DATA_KEY = /^[-_a-zA-Z0-9][-._a-zA-Z0-9]*$/;

/** Name of an object of the API. */
export function objectName(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(DNS_SUBDOMAIN, 'must be lower-case letters, digits, - and .')
    .describe(description);
}

/** Key in a ConfigMap or Secret. */
export function dataKey(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(DATA_KEY, 'must be letters, digits, -, _ and .')
    .describe(description);
}

/** A list with a bound. `listType` says how server-side apply merges it: as one (`atomic`), as a `set`, or by the named keys. */
export function listOf<Item extends z.ZodType>(
  item: Item,
  itemsMax: number,
  listType: 'atomic' | 'set' | readonly [string, ...string[]],
): z.ZodArray<Item> {
  const asMap = typeof listType !== 'string';
  return z
    .array(item)
    .max(itemsMax)
    .meta({
      'x-kubernetes-list-type': asMap ? 'map' : listType,
      ...(asMap && { 'x-kubernetes-list-map-keys': listType }),
    });
}

/** A map with a bound. */
export function mapOf<Value extends z.ZodType>(
  value: Value,
  propertiesMax: number,
): z.ZodRecord<z.ZodString, Value> {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length <= propertiesMax, `must have at most ${propertiesMax} entries`)
    .meta({ maxProperties: propertiesMax });
}
