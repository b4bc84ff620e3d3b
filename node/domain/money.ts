/**
 * Money arithmetic: integers in minor units, tax rates in basis points, prices that include tax.
 *
 * The rounding is the one that Klarna/Kustom Checkout verifies line by line: half away from zero, and sums of rounded
 * lines, never the tax of a sum and never a unit's tax times the quantity.
 */

/** The tax contained in `total`: round_half_away(total · rate / (10000 + rate)). */
export function containedTax(total: number, taxRate: number): number {
  // Twice the numerator plus the divisor, over twice the divisor: rounds half up in integers, without a fraction.
  const divisor = 10_000 + taxRate;
  const tax = Math.floor((2 * Math.abs(total) * taxRate + divisor) / (2 * divisor));
  return total < 0 && tax !== 0 ? -tax : tax;
}

/**
 * Splits an order's discount over its lines in proportion to their totals, by largest remainder; ties go to the earlier line.
 * The parts sum up to `discount` exactly and none exceeds its line's total. Throws RangeError when the discount exceeds the sum.
 */
export function spreadDiscount(discount: number, lineTotals: readonly number[]): number[] {
  const sum = lineTotals.reduce((total, line) => total + line, 0);
  if (discount < 0 || discount > sum) {
    throw new RangeError(`discount ${discount} is not between 0 and the lines' sum ${sum}`);
  }
  if (sum === 0) return lineTotals.map(() => 0);
  // discount · line may exceed 2⁵³: exact products need bigint.
  const exact = lineTotals.map((line) => BigInt(discount) * BigInt(line));
  const shares = exact.map((product) => Number(product / BigInt(sum)));
  const remainders = exact.map((product, index) => ({ index, remainder: product % BigInt(sum) }));
  remainders.sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  let left = discount - shares.reduce((total, share) => total + share, 0);
  for (const { index } of remainders) {
    if (left === 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}
