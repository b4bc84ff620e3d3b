import { LmdbJournal } from '../lmdb.ts';
import type { Head, WriteOutcome } from '../port.ts';

/** Appends to carts of its own and prints each acknowledged record, until it is killed: `writer.ts <directory> <name>`. */
const [path = '', name = ''] = process.argv.slice(2);
const journal = new LmdbJournal(
  { path, mapSizeBytes: 1 << 28, historyRecords: 100_000 },
  Date.now,
  (error) => {
    throw error;
  },
);
const session = await journal.openSession({ node: name, address: '', leaseMs: 60_000 });
const heads = new Map<string, Head>();

for (let recordId = 1; ; recordId += 8) {
  const entries = Array.from({ length: 8 }, (_, index) => {
    const text = `${name}-${recordId + index}`;
    return {
      cart: `${name}-${index}`,
      recordId: recordId + index,
      record: Buffer.from(text),
      expiresDay: 20_000,
    };
  });
  const write = (): Promise<readonly WriteOutcome[]> =>
    heads.size === 0
      ? journal.create(session, entries)
      : journal.append(
          session,
          entries.map((entry) => ({ ...entry, head: heads.get(entry.cart) as Head })),
        );
  let outcomes = await write();
  // On a busy machine a write may take longer than is waited for: the same entries again tell.
  while (outcomes.some(({ status }) => status === 'unknown')) outcomes = await write();
  const lines = outcomes.map((outcome, index) => {
    if (outcome.status !== 'ok') throw new Error(JSON.stringify(outcome));
    const { cart, record } = entries[index] as (typeof entries)[number];
    heads.set(cart, outcome.head);
    return `${cart} ${outcome.head.seq} ${record.toString()}\n`;
  });
  process.stdout.write(lines.join(''));
}
