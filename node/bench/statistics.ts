/** Figures of one measured stretch. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The smallest value that at least `share` of the values do not exceed. Throws without values. */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new Error('no values');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Throws without values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

export function latencyOf(millis: ArrayLike<number>): Latency {
  return { p50Ms: percentile(millis, 0.5), p99Ms: percentile(millis, 0.99) };
}

/** Each value divided by its partner of the same round. Throws where one has none. */
export function ratios(values: readonly number[], by: readonly number[]): number[] {
  if (values.length !== by.length) throw new Error('every round needs both values');
  return values.map((value, round) => value / (by[round] ?? Number.NaN));
}
