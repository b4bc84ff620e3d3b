import { z } from 'zod';

const YEAR_SECONDS = 31_536_000;

/** How long carts stay, in memory and at all. */
export const pool = z
  .object({
    size: z
      .int()
      .min(16)
      .max(16_000_000)
      .default(1_000_000)
      .describe(
        'Carts that a node keeps in memory; beyond it the longest idle one leaves. Give the node memory for them.',
      ),
    idleTtlSeconds: z
      .int()
      .min(1)
      .max(YEAR_SECONDS)
      .default(900)
      .describe('A cart that nobody used for this long leaves memory.'),
    changedTtlSeconds: z
      .int()
      .min(1)
      .max(YEAR_SECONDS)
      .default(1800)
      .describe('… unless it changed within this time.'),
    cartTtlDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe('A cart that did not change for this long is deleted.'),
  })
  .describe('How many carts are kept in memory, and how long.');
