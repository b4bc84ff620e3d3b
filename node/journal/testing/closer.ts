import { LmdbJournal } from '../lmdb.ts';

/** Closes a journal while an answer is still on its way, and says so when it is closed: `closer.ts <directory>`. */
const journal = new LmdbJournal({ path: process.argv[2] ?? '', mapSizeBytes: 1 << 28 }, Date.now, (error) => {
  throw error;
});
const opening = journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
await new Promise((resolve) => setImmediate(resolve));
await journal.close();
await opening;
process.stdout.write('closed\n');
