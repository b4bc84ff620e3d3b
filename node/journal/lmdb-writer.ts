import { parentPort, workerData } from 'node:worker_threads';
import { openDatabases } from './lmdb-databases.ts';
import { applyWrites } from './lmdb-writes.ts';
import type { MessagePort } from 'node:worker_threads';
import type { Answers } from './lmdb-writes.ts';

/** The writer's thread: one transaction a message, answered when it is on disk. Started by {@link WriterThread}. */
export interface WriterOptions {
  readonly path: string;
  readonly mapSizeBytes: number;
}

/** What became of a transaction: one answer for each write, or why nothing is known of it. */
export type WriterReply = 'ready' | { readonly answers: Answers } | { readonly failure: string };

const port = parentPort as MessagePort;
const { path, mapSizeBytes } = workerData as WriterOptions;
const databases = openDatabases(path, mapSizeBytes);

port.on('message', (message: Uint8Array | 'close') => {
  if (message === 'close') {
    port.close();
    void databases.root.close();
    return;
  }
  port.postMessage(commit(message));
});
port.postMessage('ready' satisfies WriterReply);

function commit(writes: Uint8Array): WriterReply {
  try {
    // Without overlappingSync the commit itself waits for the disk.
    return { answers: databases.root.transactionSync(() => applyWrites(databases, writes)) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
