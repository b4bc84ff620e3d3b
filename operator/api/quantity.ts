import { z } from 'zod';

/**
 * Quantities as Kubernetes writes them: `500m`, `1Gi`, `2`. A number of the manifest is taken too.
 *
 * Exponents (`1e3`) and signs are left out: nobody asks for minus one gibibyte.
 */
const QUANTITY = /^([0-9]+)(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

export type Quantity = string | number;

export function quantity(description: string): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  return z
    .union([z.int().min(0), z.string().max(32).regex(QUANTITY, 'must be a quantity like 500m, 2 or 1Gi')])
    .describe(description);
}

const NANO = 1_000_000_000n;
const FACTORS: Readonly<Record<string, readonly [factor: bigint, divisor: bigint]>> = {
  '': [1n, 1n],
  m: [1n, 1000n],
  k: [10n ** 3n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  T: [10n ** 12n, 1n],
  P: [10n ** 15n, 1n],
  E: [10n ** 18n, 1n],
  Ki: [2n ** 10n, 1n],
  Mi: [2n ** 20n, 1n],
  Gi: [2n ** 30n, 1n],
  Ti: [2n ** 40n, 1n],
  Pi: [2n ** 50n, 1n],
  Ei: [2n ** 60n, 1n],
};

/** In billionths, exactly: for comparing. Null where it is no quantity that we write. */
export function nanosOf(value: Quantity): bigint | null {
  const match = QUANTITY.exec(String(value));
  if (match === null) return null;
  const [, whole = '', fraction = '.', suffix = ''] = match;
  const scale = FACTORS[suffix];
  if (scale === undefined) return null;
  const nanos = BigInt(whole) * NANO + BigInt(fraction.slice(1).padEnd(9, '0'));
  return (nanos * scale[0]) / scale[1];
}
