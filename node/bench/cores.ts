import { execFileSync } from 'node:child_process';

/** Who runs where: the server under test and what it needs on one core, the load on another. */
export interface Cores {
  /** The command that starts a process on the server's core; empty without pinning. */
  readonly server: readonly string[];
  /** For the report. */
  readonly description: string;
}

/** Moves this process to the load's core. Without `taskset`, or with one core, nothing is pinned, and the description says so. */
export function pinLoad(): Cores {
  const unpinned = (why: string): Cores => ({ server: [], description: `nothing is pinned: ${why}` });
  let allowed: number[];
  try {
    allowed = coresOf(execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }));
  } catch {
    return unpinned('taskset (util-linux) is missing, and the figures are worth little');
  }
  const [server, load] = allowed;
  if (server === undefined || load === undefined) return unpinned('this machine has one core');
  execFileSync('taskset', ['-acp', String(load), String(process.pid)], { stdio: 'ignore' });
  return {
    server: ['taskset', '-c', String(server)],
    description: `servers, redis-server included, on core ${server}; load on core ${load}`,
  };
}

/** The cores in taskset's answer, such as `pid 7's current affinity list: 0-2,5`. */
export function coresOf(answer: string): number[] {
  const list = answer.slice(answer.lastIndexOf(':') + 1).trim();
  return list.split(',').flatMap((range) => {
    const [from, to] = range.split('-').map(Number);
    if (from === undefined || Number.isNaN(from)) return [];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, n) => from + n);
  });
}
