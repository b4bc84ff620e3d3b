import { openDatabases } from '../lmdb-databases.ts';

/** Takes LMDB's write lock and keeps it until it is killed: `lock-holder.ts <directory>`. */
const { root } = openDatabases(process.argv[2] ?? '', 1 << 28);
root.transactionSync(() => {
  process.stdout.write('locked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});
