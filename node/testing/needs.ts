import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorCommand } from '../observability/testing/collector.ts';

/**
 * What a few tests need and not every machine has. Such a test is written with {@link itNeeds}: where the capability is missing it is left out, says so by name, and is
 * counted as skipped in the run's last line. Every other test that is left out fails the run.
 */
const capabilities = {
  /** Of Prometheus; Debian's package `prometheus` has it. */
  promtool: () => spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0,
  /** Debian's package `chromium`, or one at $CHROMIUM. */
  chromium: () => chromiumPath() !== null,
  /** Python 3, with its own library alone. */
  python3: () => spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0,
  /** A gRPC client for the command line; a Go module. */
  grpcurl: () => spawnSync('grpcurl', ['-version'], { stdio: 'ignore' }).status === 0,
  /** To begin a process as the first one of its namespace: root, and SYS_ADMIN where it runs in a container. */
  unshare: () => spawnSync('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' }).status === 0,
  /** To mount a small file system: root, and SYS_ADMIN where it runs in a container. */
  mount: canMount,
  /** OpenTelemetry's; `make collector` builds it where there is Go. */
  collector: () => collectorCommand() !== null,
} as const;

export type Capability = keyof typeof capabilities;

const leftOut = new WeakSet<Mocha.Test>();
const found = new Map<Capability, boolean>();

/** `it`, for a test that needs something which this machine may not have. */
export function itNeeds(capability: Capability, title: string, run: Mocha.Func | Mocha.AsyncFunc): void {
  let there = found.get(capability);
  if (there === undefined) found.set(capability, (there = capabilities[capability]()));
  if (there) it(title, run);
  else leftOut.add(it.skip(`${title} (left out: needs ${capability}, which is missing here)`, run));
}

/** Left out for want of a capability, and declared so. */
export function isLeftOut(test: Mocha.Test): boolean {
  return leftOut.has(test);
}

/** mocha's own hooks: it reads this file as told by .mocharc.json. */
export const mochaHooks = {
  afterAll(this: Mocha.Context): void {
    const silent: string[] = [];
    this.test?.parent?.eachTest((test) => {
      if (test.isPending() && !isLeftOut(test)) silent.push(test.fullTitle());
    });
    if (silent.length > 0) throw new Error(`tests are left out without itNeeds: ${silent.join('; ')}`);
  },
};

/** Where a browser is; null where none is. */
export function chromiumPath(): string | null {
  for (const name of [process.env['CHROMIUM'], 'chromium', 'chromium-browser', 'google-chrome']) {
    if (name === undefined) continue;
    const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return null;
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-mount-'));
  try {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
    if (mounted) spawnSync('umount', [folder], { stdio: 'ignore' });
    return mounted;
  } finally {
    rmdirSync(folder);
  }
}
