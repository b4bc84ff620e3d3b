/** A straight line through samples, by least squares. */
export interface Trend {
  /** Units of y for each unit of x. */
  readonly slope: number;
  readonly mean: number;
}

export interface Sample {
  readonly x: number;
  readonly y: number;
}

/** Throws where there are fewer than two samples. */
export function trendOf(samples: readonly Sample[]): Trend {
  if (samples.length < 2) throw new Error('a trend needs two samples or more');
  const meanX = samples.reduce((sum, { x }) => sum + x, 0) / samples.length;
  const mean = samples.reduce((sum, { y }) => sum + y, 0) / samples.length;
  let across = 0;
  let along = 0;
  for (const { x, y } of samples) {
    across += (x - meanX) * (y - mean);
    along += (x - meanX) ** 2;
  }
  return { slope: along === 0 ? 0 : across / along, mean };
}

/** How much the line rises over the second half of the samples, as a share of its mean there. */
export function riseOf(samples: readonly Sample[]): number {
  const half = samples.slice(samples.length >> 1);
  const { slope, mean } = trendOf(half);
  const from = half[0]?.x ?? 0;
  const to = half.at(-1)?.x ?? 0;
  return mean === 0 ? 0 : (slope * (to - from)) / mean;
}
