import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { encodeWrites } from './lmdb-writes.ts';
import type { WriterOptions, WriterReply } from './lmdb-writer.ts';
import type { Answers, ConditionalWrite } from './lmdb-writes.ts';

/** The transaction failed, or the thread is gone: what was sent may have landed or not. */
export class WriterFailedError extends Error {
  override readonly name = 'WriterFailedError';
}

interface Sent {
  readonly writes: readonly ConditionalWrite[];
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread that writes to the store.
 *
 * LMDB's write lock may be held by another process for as long as that is stopped, and a disk may take its time: no event loop must wait for
 * them. And a transaction that runs through at once costs a third of the CPU time of lmdb's asynchronous writes (measured), most of it on a core of
 * its own.
 *
 * What is sent within one turn of the event loop makes one transaction, in the order it was sent.
 */
export class WriterThread {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<undefined>();
  #gathered: Sent[] = [];
  /** Transactions under way, oldest first. Their number is bounded by who sends. */
  readonly #underWay: Sent[][] = [];
  #closing = false;
  #over: Error | null = null;

  constructor(options: WriterOptions) {
    this.#worker = new Worker(new URL('./lmdb-writer.ts', import.meta.url), {
      workerData: options,
      name: 'journal',
      // It keeps nothing: its garbage is that of one batch.
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
    });
    this.#ready.promise.catch(() => undefined);
    this.#worker.on('message', (reply: WriterReply) => this.#answered(reply));
    this.#worker.on('error', (cause) =>
      this.#end(new WriterFailedError('the journal’s writer failed', { cause })),
    );
    this.#worker.on('exit', () => this.#end(new WriterFailedError('the journal’s writer ended')));
  }

  /** Resolves once it runs, which takes a busy machine longer than a commit may. Rejects with {@link WriterFailedError}. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  /** Resolves when all of it is on disk. Rejects with {@link WriterFailedError}. */
  commit(writes: readonly ConditionalWrite[]): Promise<Answers> {
    return new Promise((resolve, reject) => {
      if (this.#over !== null) {
        reject(this.#over);
        return;
      }
      // Behind all that this turn still sends.
      if (this.#gathered.length === 0) process.nextTick(() => this.#send());
      this.#gathered.push({ writes, resolve, reject });
    });
  }

  /** Behind all that was sent. */
  async close(): Promise<void> {
    if (this.#over !== null) return;
    this.#closing = true;
    const exit = once(this.#worker, 'exit');
    this.#worker.ref();
    this.#worker.postMessage('close');
    await exit;
  }

  #send(): void {
    const sent = this.#gathered;
    this.#gathered = [];
    if (this.#over !== null) return;
    this.#worker.ref();
    this.#underWay.push(sent);
    const bytes = encodeWrites(sent.flatMap(({ writes }) => writes));
    this.#worker.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
  }

  #answered(reply: WriterReply): void {
    if (reply === 'ready') this.#ready.resolve(undefined);
    else this.#settle(this.#underWay.shift() ?? [], reply);
    // It keeps the process alive only while something is under way.
    if (this.#underWay.length === 0 && !this.#closing) this.#worker.unref();
  }

  #settle(sent: readonly Sent[], reply: Exclude<WriterReply, 'ready'>): void {
    let from = 0;
    for (const { writes, resolve, reject } of sent) {
      if ('failure' in reply) reject(new WriterFailedError(reply.failure));
      else resolve(reply.answers.subarray(from, from + writes.length));
      from += writes.length;
    }
  }

  #end(error: Error): void {
    if (this.#over !== null) return;
    this.#over = error;
    this.#ready.reject(error);
    const left = [...this.#underWay.splice(0).flat(), ...this.#gathered.splice(0)];
    for (const { reject } of left) reject(error);
  }
}
