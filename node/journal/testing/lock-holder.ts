import { open } from 'lmdb';

/** Takes LMDB's write lock and keeps it until it is killed: `lock-holder.ts <directory>`. */
const root = open({ path: process.argv[2] ?? '', overlappingSync: false, mapSize: 1 << 28, maxDbs: 8 });
root.transactionSync(() => {
  process.stdout.write('locked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});
