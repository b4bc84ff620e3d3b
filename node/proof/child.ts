import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ChildProcessByStdio } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';

/** What of a child's output is kept for an error message, characters. */
const OUTPUT_KEPT = 4096;
const STOP_MS = 15_000;

/** Children that live; killed when this process ends by whatever way runs exit handlers. */
const living = new Set<Child>();
process.once('exit', () => {
  for (const child of living) child.signal('SIGKILL');
});

/**
 * A process that the harness started: its end is always known and awaited, and the tail of its output is at hand when something
 * goes wrong.
 */
export class Child implements AsyncDisposable {
  readonly command: string;
  /** Resolves with a description of how it ended; never rejects. */
  readonly exited: Promise<string>;
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';
  #ended = false;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.command = [command, ...args].join(' ');
    this.#process = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    living.add(this);
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
    };
    this.#process.stdout.setEncoding('utf8').on('data', keep);
    this.#process.stderr.setEncoding('utf8').on('data', keep);
    this.exited = this.#end();
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`could not start ${this.command}`);
    return pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** The last few thousand characters of what it printed. */
  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#process.kill(signal);
  }

  /** Ends it in order; kills it when it takes too long. Resolves with how it ended. */
  async stop(): Promise<string> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Resolves with what `attempt` gives as soon as it gives something; rejects when the child ends or time is up before. */
  async until<T>(what: string, deadlineMs: number, attempt: () => Promise<T | null>): Promise<T> {
    const startedMs = performance.now();
    for (;;) {
      const result = await attempt();
      if (result !== null) return result;
      if (!this.running) throw new Error(`${this.command} ended (${await this.exited}):\n${this.output}`);
      if (performance.now() - startedMs > deadlineMs)
        throw new Error(`${what}: not within ${deadlineMs} ms (${this.command}):\n${this.output}`);
      await Promise.race([pause(5), this.exited]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(): Promise<string> {
    try {
      const [code, signal] = (await once(this.#process, 'close')) as [number | null, string | null];
      return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
    } catch (error) {
      return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.#ended = true;
      living.delete(this);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A TCP port of the loopback interface that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
