import { CommandError } from '../process/shell.ts';
import { readCount, sumOf, withoutCounts, written } from './count.ts';
import { mocha, testFiles } from './files.ts';
import { inLanes } from './lanes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Shell } from '../process/shell.ts';
import type { Count } from './count.ts';

const FILE_DEADLINE_MS = 40 * 60_000;
/** Files that run on one cluster at the same time, of those that may. More only make each other late on two cores. */
const BESIDE = 3;

export interface Surroundings {
  readonly root: string;
  /** Its environment names the images. */
  readonly shell: Shell;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** Resolves when tests may run on that cluster. */
  readonly open: (cluster: Cluster) => Promise<void>;
}

/**
 * Runs every piece of tests, each on the first cluster that is free. What tests do to one cluster, like stopping its API server, those on another don't meet; and as most of it is waiting,
 * even two cores have time for two of them, and for several files of a piece.
 */
export async function testSideBySide(around: Surroundings, clusters: readonly Cluster[]): Promise<Count> {
  const lanes = Array.from({ length: BESIDE }, (_, lane) => lane);
  const counts = await inLanes(
    clusters,
    testFiles(around.root),
    (piece, { name, kubeconfig }) =>
      inLanes(lanes, piece, (file) => testFile(around, file, name, kubeconfig)),
    around.open,
  );
  return sumOf(counts.flat());
}

async function testFile(
  { root, shell, signal, print }: Surroundings,
  file: string,
  cluster: string,
  kubeconfig: string,
): Promise<Count> {
  const startedMs = performance.now();
  const options = { cwd: root, env: { KUBECONFIG: kubeconfig }, deadlineMs: FILE_DEADLINE_MS };
  const color = process.stdout.isTTY ? ['--color'] : [];
  const { code, stdout, stderr } = await shell
    .outcome(process.execPath, mocha(root, ...color, file), options)
    .catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof CommandError) return { ...error.outcome, stderr: error.message };
      throw error;
    });
  const { passed, failed } = readCount(stdout) ?? { passed: 0, failed: 0 };
  // One that came to no end has failed, too.
  const count = { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  print(`${withoutCounts(stdout)}\n${stderr}  ${file}: ${written(count)}, ${seconds} s on ${cluster}\n`);
  return count;
}
