import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ChildProcess } from 'node:child_process';

/** What is kept of a command's output, characters; the rest is in the log. */
const OUTPUT_MAX = 64 * 1024 * 1024;
const TAIL = 3000;
/** From the polite signal to the one that can't be refused. */
const KILL_AFTER_MS = 10_000;

export interface RunOptions {
  /** The command is ended when it takes longer. */
  readonly deadlineMs: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Its output goes where this process' goes, and is not kept. */
  readonly attached?: boolean;
}

export interface Outcome {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that did not do what it was called for. The message ends with what it said last. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly outcome: Outcome;

  constructor(command: string, how: string, outcome: Outcome) {
    const said = `${outcome.stdout.trimEnd()}\n${outcome.stderr.trimEnd()}`.trim();
    super(`${command}: ${how}\n${said.slice(-TAIL)}`);
    this.outcome = outcome;
  }
}

/** Groups of processes that live; ended when this process exits by whatever way runs exit handlers. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) signalGroup(child, 'SIGKILL');
});

/**
 * Runs commands with one environment. Each runs in a process group of its own, so that a deadline or an abort ends whatever it started, too.
 */
export class Shell {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly #signal: AbortSignal | undefined;
  readonly #log: (text: string) => void;

  /** `log` gets each command and all that it writes; `signal` ends what runs and refuses what comes later. */
  constructor(env: NodeJS.ProcessEnv, signal?: AbortSignal, log: (text: string) => void = () => undefined) {
    this.env = env;
    this.#signal = signal;
    this.#log = log;
  }

  /** A shell with folders in front of PATH and more variables. */
  with(folders: readonly string[], env: Readonly<Record<string, string>> = {}): Shell {
    const path = [...folders, this.env['PATH'] ?? ''].join(delimiter);
    return new Shell({ ...this.env, ...env, PATH: path }, this.#signal, this.#log);
  }

  loggingTo(log: (text: string) => void): Shell {
    return new Shell(this.env, this.#signal, log);
  }

  /** Where PATH has that program, or null. */
  find(program: string): string | null {
    for (const folder of (this.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
    return null;
  }

  /** What the command wrote to its standard output. Throws {@link CommandError} when it fails. */
  async run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
    const outcome = await this.outcome(command, args, options);
    if (outcome.code !== 0)
      throw new CommandError([command, ...args].join(' '), `exit code ${outcome.code ?? 'none'}`, outcome);
    return outcome.stdout;
  }

  async succeeds(command: string, args: readonly string[], options: RunOptions): Promise<boolean> {
    return (await this.outcome(command, args, options)).code === 0;
  }

  /** Throws {@link CommandError} only when the command could not be started, took too long or was aborted. */
  outcome(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
    const line = [command, ...args].join(' ');
    return new Promise((resolve, reject) => {
      this.#signal?.throwIfAborted();
      this.#log(`$ ${line}\n`);
      const output = options.attached === true ? 'inherit' : 'pipe';
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...this.env, ...options.env },
        stdio: [options.input === undefined ? 'ignore' : 'pipe', output, output],
        detached: true,
      });
      living.add(child);
      let stdout = '';
      let stderr = '';
      let ending: string | null = null;
      let kill: NodeJS.Timeout | undefined;
      const end = (why: string): void => {
        ending ??= why;
        signalGroup(child, 'SIGTERM');
        kill ??= setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
      };
      const aborted = (): void => end('aborted');
      const timer = setTimeout(() => end(`not done within ${options.deadlineMs} ms`), options.deadlineMs);
      this.#signal?.addEventListener('abort', aborted, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        clearTimeout(kill);
        this.#signal?.removeEventListener('abort', aborted);
        living.delete(child);
      };
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#log(text);
        if (stdout.length < OUTPUT_MAX) stdout += text;
        else end(`wrote more than ${OUTPUT_MAX} characters`);
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#log(text);
        stderr = (stderr + text).slice(-OUTPUT_MAX);
      });
      // A command that ends without reading its input closes the pipe; its exit code tells.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(options.input);
      child.once('error', (error) => {
        settle();
        reject(new CommandError(line, error.message, { code: null, stdout, stderr }));
      });
      child.once('close', (code) => {
        settle();
        const outcome = { code, stdout, stderr };
        if (ending === null) resolve(outcome);
        else reject(new CommandError(line, ending, outcome));
      });
    });
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
