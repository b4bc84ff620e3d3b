import { spawnSync } from 'node:child_process';

const DEADLINE_MS = 60_000;

export interface Judged {
  readonly ok: boolean;
  readonly said: string;
}

/** Prometheus' own judge, where it is on PATH or where PROMTOOL says. Null: there is none. */
export function promtool(args: readonly string[]): Judged | null {
  const program = process.env['PROMTOOL'] ?? 'promtool';
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
  if (error !== undefined) throw error;
  return { ok: status === 0, said: stdout + stderr };
}
