import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a running process. */
export interface ProcessSample {
  /** Resident memory, MiB: all of it, and the part that is not pages of files. */
  readonly rssMiB: number;
  readonly anonymousMiB: number;
  /** Open file descriptors. */
  readonly handles: number;
}

/** Throws when the process is gone, and on systems without /proc. */
export function sampleProcess(pid: number): ProcessSample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rssMiB: kibOf(status, 'VmRSS') / 1024,
    anonymousMiB: kibOf(status, 'RssAnon') / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function kibOf(status: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  if (match === null) throw new Error(`/proc has no ${field}`);
  return Number(match[1]);
}
