import { Shell } from '../process/shell.ts';

/** For calls that don't wait for anything. */
const DEADLINE_MS = 30_000;

const shell = new Shell(process.env);

export interface CallOptions {
  readonly input?: string;
  readonly deadlineMs?: number;
}

/** kubectl against the cluster of KUBECONFIG. Resolves with its output; throws {@link CommandError} with what it said. */
export function kubectl(args: readonly string[], options: CallOptions = {}): Promise<string> {
  return shell.run('kubectl', args, { deadlineMs: DEADLINE_MS, ...options });
}

/** Helm against the same cluster. Charts that wait for their parts want a longer deadline. */
export function helm(args: readonly string[], options: CallOptions = {}): Promise<string> {
  return shell.run('helm', args, { deadlineMs: DEADLINE_MS, ...options });
}

/** The engine whose containers are the cluster's machines. */
export function docker(args: readonly string[], options: CallOptions = {}): Promise<string> {
  return shell.run('docker', args, { deadlineMs: DEADLINE_MS, ...options });
}
