import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Shell } from '../process/shell.ts';

const ANSWER_DEADLINE_MS = 20_000;
const START_DEADLINE_MS = 90_000;
const STOP_DEADLINE_MS = 60_000;
const LOOK_MS = 200;

/** Where an engine and its helper note their processes. They refuse to start when the number is anybody's. */
const PID_FILES = [
  ['/var/run/docker.pid', 'dockerd'],
  ['/var/run/docker/containerd/containerd.pid', 'containerd'],
] as const;

/** A process, so that its number in other hands is not taken for it. */
interface Started {
  readonly pid: number;
  readonly startedAt: string;
}

/** The container engine. Started when none answers; only one that was started here is ever stopped. */
export class Engine {
  readonly #shell: Shell;
  readonly #record: string;
  readonly #log: string;

  constructor(shell: Shell, folder: string) {
    this.#shell = shell;
    this.#record = join(folder, 'engine.json');
    this.#log = join(folder, 'logs', 'engine.log');
  }

  answers(): Promise<boolean> {
    if (this.#shell.find('docker') === null) return Promise.resolve(false);
    return this.#shell.succeeds('docker', ['version'], { deadlineMs: ANSWER_DEADLINE_MS });
  }

  async start(): Promise<void> {
    for (const [file, program] of PID_FILES) removeIfStale(file, program);
    const log = openSync(this.#log, 'w');
    const engine = spawn('dockerd', [], {
      env: this.#shell.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    engine.unref();
    const problems: string[] = [];
    engine.once('error', (error) => problems.push(error.message));
    engine.once('exit', (code) => problems.push(`it ended with exit code ${code ?? 'none'}`));
    if (engine.pid !== undefined) {
      const started: Started = { pid: engine.pid, startedAt: startOf(engine.pid) ?? '' };
      writeFileSync(this.#record, JSON.stringify(started));
    }
    const startedMs = performance.now();
    while (!(await this.answers())) {
      if (performance.now() - startedMs > START_DEADLINE_MS) problems.push('it does not answer');
      if (problems.length > 0) throw new Error(`dockerd: ${problems.join(', ')}; its log is ${this.#log}`);
      await after(LOOK_MS);
    }
  }

  /** Stops the engine if it was started here and runs nothing any more. Tells whether it did. */
  async stopIfIdle(): Promise<boolean> {
    const started = this.#started();
    if (started === null) return false;
    const running = await this.#shell.outcome('docker', ['ps', '--quiet'], {
      deadlineMs: ANSWER_DEADLINE_MS,
    });
    if (running.code === 0 && running.stdout.trim() !== '') return false;
    process.kill(started.pid, 'SIGTERM');
    const stoppedMs = performance.now();
    while (this.#started() !== null) {
      if (performance.now() - stoppedMs > STOP_DEADLINE_MS)
        throw new Error(`dockerd (process ${started.pid}) does not stop`);
      await after(LOOK_MS);
    }
    rmSync(this.#record, { force: true });
    return true;
  }

  /** The engine that was started here, if it lives. */
  #started(): Started | null {
    if (!existsSync(this.#record)) return null;
    const started = JSON.parse(readFileSync(this.#record, 'utf8')) as Started;
    return startOf(started.pid) === started.startedAt ? started : null;
  }
}

/** An engine that was killed leaves its number behind, which somebody else may have by now. */
function removeIfStale(file: string, program: string): void {
  if (!existsSync(file)) return;
  const command = `/proc/${readFileSync(file, 'utf8').trim()}/comm`;
  if (!existsSync(command) || readFileSync(command, 'utf8').trim() !== program) rmSync(file);
}

/** When a process began, in the kernel's ticks; null for one that is gone or only waits to be forgotten. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may contain anything; what follows may not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
