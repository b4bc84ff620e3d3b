/**
 * The node's settings that the operator writes. A CartCluster's `env` may not set them: two sources of one setting would leave the reader of either in the dark.
 */

/** Fixed by how the operator runs a node. */
export const FIXED_SETTINGS = [
  'HOST',
  'HTTP_PORT',
  'GRPC',
  'GRPC_PORT',
  'ADMIN_HOST',
  'ADMIN_PORT',
  'NODE_NAME',
  'SHUTDOWN_GRACE_MS',
  'JOURNAL',
  'JOURNAL_PATH',
  'CATALOG',
  'CATALOG_FILE',
] as const;

/** Each has a field of its own in the spec. */
export const SPEC_SETTINGS = [
  'CATALOG_PRODUCT_URL',
  'CATALOG_DELIVERY_URL',
  'CATALOG_TOKEN',
  'CATALOG_TIMEOUT_MS',
  'CATALOG_TTL_MS',
  'CATALOG_STALE_MS',
  'CATALOG_UNKNOWN_TTL_MS',
  'COOKIE_NAME',
  'COOKIE_SECURE',
  'COOKIE_MAX_AGE_DAYS',
  'HTTP_CORS_ORIGINS',
  'HTTP_BODY_BYTES_MAX',
  'HTTP_TRUSTED_PROXIES',
  'RATE_LIMIT_CART',
  'RATE_LIMIT_ADDRESS',
  'RATE_LIMIT_NEW_CARTS',
  'CART_ID_POLICY',
  'ADD_BY_GET',
  'DEFAULT_COUNTRY',
  'POOL_SIZE',
  'IDLE_TTL_MS',
  'CHANGED_TTL_MS',
  'CART_TTL_DAYS',
] as const;

export type OperatorSetting = (typeof FIXED_SETTINGS | typeof SPEC_SETTINGS)[number];

export const OPERATOR_SETTINGS: ReadonlySet<string> = new Set([...FIXED_SETTINGS, ...SPEC_SETTINGS]);
