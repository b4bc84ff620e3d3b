import { z } from 'zod';

/** Settings of the pool of carts and of ownership; `node/config.ts` reads them from the environment. */
const count = z.coerce.number().int();

export const actorSettings = {
  POOL_SIZE: count
    .min(16)
    .max(16_000_000)
    .default(1_000_000)
    .meta({ description: 'carts in memory; beyond it the longest idle one leaves' }),
  IDLE_TTL_MS: count
    .min(1000)
    .default(900_000)
    .meta({ unit: 'ms', description: 'a cart that nobody used for this long leaves memory' }),
  CHANGED_TTL_MS: count
    .min(1000)
    .default(1_800_000)
    .meta({ unit: 'ms', description: '… unless it changed within this time' }),
  REST_AFTER_MS: count
    .min(100)
    .default(5000)
    .meta({ unit: 'ms', description: 'a cart that nobody used for this long is packed' }),
  MAILBOX_MAX: count
    .min(1)
    .max(100_000)
    .default(1024)
    .meta({ description: 'requests that may wait for one cart' }),
  WATCHERS_MAX: count.min(0).max(100_000).default(5000).meta({
    description: 'readers that may follow carts of this node at once, at most as many as half of POOL_SIZE',
  }),
  WATCHERS_PER_CART_MAX: count
    .min(1)
    .max(10_000)
    .default(64)
    .meta({ description: 'readers that may follow one cart at once' }),
  WATCH_BUFFER_MAX: count.min(64).max(10_000).default(256).meta({
    description: 'changes that may wait for one of these readers; beyond it the reader is cut and may resume',
  }),
  CART_TTL_DAYS: count
    .min(1)
    .max(3650)
    .default(30)
    .meta({ unit: 'days', description: 'a cart that did not change for this long is deleted' }),
  CLAIM_WAIT_MS: count.min(0).default(7000).meta({
    unit: 'ms',
    description:
      'how long a request waits for the lease of an owner that died; more than LEASE_MS hides a crash from shoppers',
  }),
  LEASE_MS: count
    .min(300)
    .max(300_000)
    .default(6000)
    .meta({ unit: 'ms', description: 'lease of this node’s session with the journal' }),
} as const;
