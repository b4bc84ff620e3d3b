import { z } from 'zod';

/** Settings of the journal; `node/config.ts` reads them from the environment. */
const count = z.coerce.number().int();

export const journalSettings = {
  JOURNAL: z.enum(['lmdb', 'memory']).default('lmdb').meta({
    description: 'where changes are stored: lmdb, durable, in a folder; memory, gone with the process',
  }),
  JOURNAL_PATH: z
    .string()
    .min(1)
    .default('./data')
    .meta({ description: 'folder of the lmdb journal, on a local disk' }),
  HISTORY_RECORDS: count
    .min(1)
    .max(100_000)
    .default(128)
    .meta({ description: 'records kept of a cart for its history, at least' }),
} as const;
