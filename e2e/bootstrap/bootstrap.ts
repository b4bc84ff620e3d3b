import { join } from 'node:path';
import { exclusively } from '../process/exclusive.ts';
import { Cache, keyOf } from './cache.ts';
import { Engine } from './engine.ts';
import { goSteps, programs } from './go-modules.ts';
import { base, debian, imageSteps, prometheus } from './images.ts';
import { limitsStep } from './limits.ts';
import { machine, machineSteps } from './machine.ts';
import { packagesStep } from './packages.ts';
import { runSteps } from './step.ts';
import { recipe, Workshop } from './workshop.ts';
import type { Shell } from '../process/shell.ts';
import type { Step } from './step.ts';

const TRY_DEADLINE_MS = 60_000;
/** Programs for administrators, which not everybody's PATH has. */
const ADMIN_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** What a bootstrap gives to the rest. */
export interface Bootstrapped {
  /** Paths of kind, kubectl and helm, and of a docker that works here, by their names. */
  readonly programs: Readonly<Record<string, string>>;
  readonly machineImage: string;
  readonly baseImage: string;
  readonly prometheusImage: string;
}

/** Makes whatever a cluster needs from Go modules, Debian's packages and npm's, as far as it is not there yet. */
export async function bootstrap(
  outer: Shell,
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<Bootstrapped> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the bootstrap needs root on Linux; otherwise install docker, kind, kubectl and helm');
  if (outer.find('go') === null) throw new Error('the bootstrap needs Go on PATH, 1.26 or newer');
  const shell = outer.with(ADMIN_FOLDERS);
  const cache = Cache.ofUser(shell.env);
  const wait = (): void => print('  another bootstrap runs; waiting for it\n');
  return exclusively(`bootstrap-${keyOf(cache.root)}`, wait, signal, async () => {
    cache.clear();
    const workshop = new Workshop(cache, shell);
    const engine = new Engine(shell, cache.root);
    const steps: readonly Step[] = [
      packagesStep(workshop, engine),
      limitsStep,
      { name: 'engine', key: '', isDone: () => engine.answers(), run: () => engine.start() },
      ...goSteps(workshop),
      ...imageSteps(workshop),
      ...machineSteps(workshop),
    ];
    try {
      await runSteps(steps, print, () => performance.now());
    } catch (error) {
      print(`  logs: ${join(cache.root, 'logs')}\n`);
      throw error;
    }
    cache.clear();
    return {
      programs: {
        kind: join(programs(workshop, 'kind').folder, 'kind'),
        kubectl: join(programs(workshop, 'kubernetes').folder, 'kubectl'),
        helm: join(programs(workshop, 'helm').folder, 'helm'),
        docker: (await isPrivileged(shell)) ? (shell.find('docker') ?? '') : recipe('unprivileged/docker'),
      },
      machineImage: machine(workshop).image,
      baseImage: base.image,
      prometheusImage: prometheus(workshop).image,
    };
  });
}

/** Whether the engine can make the privileged containers that kind asks for. */
function isPrivileged(shell: Shell): Promise<boolean> {
  return shell.succeeds('docker', ['run', '--rm', '--privileged', debian.image, 'true'], {
    deadlineMs: TRY_DEADLINE_MS,
  });
}
