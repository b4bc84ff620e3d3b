import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startChild } from './bench.ts';
import type { Child } from '../proof/child.ts';
import type { Bench } from './bench.ts';

export const REDIS_MISSING =
  'redis-server is not on PATH; Debian and Ubuntu: apt-get install redis-server; others: https://redis.io/docs/latest/operate/oss_and_stack/install/';

export function hasRedis(): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, 'redis-server')));
}

/** A redis-server of the bench's own: append-only file in a fresh directory, on a Unix socket, on the servers' core. */
export class RedisServer implements AsyncDisposable {
  readonly socket: string;
  readonly #process: Child;

  private constructor(socket: string, process: Child) {
    this.socket = socket;
    this.#process = process;
  }

  /** `everysec` loses up to a second of acknowledged changes in a power failure, `always` none. */
  static async start(bench: Bench, fsync: 'everysec' | 'always'): Promise<RedisServer> {
    const folder = join(bench.directory, `redis-${fsync}`);
    mkdirSync(folder);
    // A socket's path must be short, which a checkout's path may not be. Removed by whatever way the bench ends.
    const short = mkdtempSync(join(tmpdir(), 'bench-redis-'));
    process.once('exit', () => rmSync(short, { recursive: true, force: true }));
    const socket = join(short, 'redis.sock');
    const settings = {
      dir: folder,
      port: 0,
      unixsocket: socket,
      appendonly: 'yes',
      appendfsync: fsync,
      save: '',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = startChild(bench, 'redis-server', args);
    try {
      await child.until('redis', 10_000, () => Promise.resolve(existsSync(socket) ? true : null));
    } catch (error) {
      await child.kill();
      throw error;
    }
    return new RedisServer(socket, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
