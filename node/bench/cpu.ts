import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, ms. Nanoseconds inside: a tick of /proc/<pid>/stat is too coarse here. Linux only. */
export function cpuMs(pid: number): number {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [ran] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    nanos += Number(ran);
  }
  return nanos / 1e6;
}
