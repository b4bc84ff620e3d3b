export const PICKED = 'namespace=~"$namespace",pod=~"$pod"';
/** Names that others use too are narrowed to our nodes by a metric that only they have. */
export const OURS = `and on (job, instance) cartwright_build_info{${PICKED}}`;
export const RATE = '[$__rate_interval]';

/** What has not happened yet has no time series: that is a zero, and not a lack of data. */
export const orZero = (expr: string): string => `${expr} or on (pod) (0 * cartwright_ready{${PICKED}})`;
export const quantile = (share: number, by: string, buckets: string): string =>
  `histogram_quantile(${share}, sum by (${by}, le) (rate(${buckets}${RATE}) ${OURS}))`;
/** Of what may not happen for hours: the quantile of nothing is NaN, and the comparison drops that. */
export const quantileOrZero = (share: number, by: string, buckets: string): string =>
  orZero(`${quantile(share, by, buckets)} >= 0`);
