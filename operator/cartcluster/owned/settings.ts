import { ADMIN_PORT, GRPC_PORT, HTTP_PORT, metadataOf, settingsConfigMap } from '../names.ts';
import type { FIXED_SETTINGS, SPEC_SETTINGS } from '../../api/operator-settings.ts';
import type { CartClusterObject } from '../observed.ts';
import type { Wish } from './wish.ts';

export const DATA_FOLDER = '/data';
export const CATALOG_FOLDER = '/etc/cartwright/catalog';
export const CATALOG_FILE = 'catalog.json';
/** Well within the pod's grace period, so that the node ends by itself. */
export const SHUTDOWN_GRACE_MS = 25_000;

/** NODE_NAME is the pod's, CATALOG_TOKEN a secret: neither is in the ConfigMap. */
type SettingName = Exclude<
  (typeof FIXED_SETTINGS | typeof SPEC_SETTINGS)[number],
  'NODE_NAME' | 'CATALOG_TOKEN'
>;

export type NodeSettings = Readonly<Partial<Record<SettingName, string>>>;

/** The node's settings, as the spec says them. */
export function nodeSettings({ spec }: CartClusterObject): NodeSettings {
  const { http, pool } = spec;
  return {
    HOST: '0.0.0.0',
    HTTP_PORT: String(HTTP_PORT),
    GRPC: 'true',
    GRPC_PORT: String(GRPC_PORT),
    ADMIN_HOST: '0.0.0.0',
    ADMIN_PORT: String(ADMIN_PORT),
    SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS),
    JOURNAL: 'lmdb',
    JOURNAL_PATH: DATA_FOLDER,
    ...catalogSettings(spec.catalog),
    COOKIE_NAME: http.cookie.name,
    COOKIE_SECURE: String(http.cookie.secure),
    COOKIE_MAX_AGE_DAYS: String(http.cookie.maxAgeDays),
    HTTP_CORS_ORIGINS: http.cors.origins.join(','),
    HTTP_BODY_BYTES_MAX: String(http.limits.bodyBytes),
    HTTP_TRUSTED_PROXIES: String(http.trustedProxies),
    RATE_LIMIT_CART: String(http.limits.requestsPerCartPerMinute),
    RATE_LIMIT_ADDRESS: String(http.limits.requestsPerAddressPerMinute),
    RATE_LIMIT_NEW_CARTS: String(http.limits.newCartsPerAddressPerMinute),
    CART_ID_POLICY: http.cartIdPolicy,
    ADD_BY_GET: String(http.addByGet),
    DEFAULT_COUNTRY: http.defaultCountry,
    POOL_SIZE: String(pool.size),
    IDLE_TTL_MS: String(pool.idleTtlSeconds * 1000),
    CHANGED_TTL_MS: String(pool.changedTtlSeconds * 1000),
    CART_TTL_DAYS: String(pool.cartTtlDays),
  };
}

function catalogSettings(catalog: CartClusterObject['spec']['catalog']): NodeSettings {
  if (catalog?.http !== undefined) {
    const { productUrl, deliveryUrl, timeoutMs, ttlMs, staleMs, unknownTtlMs } = catalog.http;
    return {
      CATALOG: 'http',
      CATALOG_PRODUCT_URL: productUrl,
      CATALOG_DELIVERY_URL: deliveryUrl,
      CATALOG_TIMEOUT_MS: String(timeoutMs),
      CATALOG_TTL_MS: String(ttlMs),
      CATALOG_STALE_MS: String(staleMs),
      CATALOG_UNKNOWN_TTL_MS: String(unknownTtlMs),
    };
  }
  if (catalog?.configMap !== undefined)
    return { CATALOG: 'file', CATALOG_FILE: `${CATALOG_FOLDER}/${CATALOG_FILE}` };
  return { CATALOG: 'file' };
}

/** The settings as the pods read them. */
export function settings(cluster: CartClusterObject): Wish {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(cluster, settingsConfigMap(cluster.metadata.name)),
    data: { ...nodeSettings(cluster) },
  };
}
