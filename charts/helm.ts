import { spawnSync } from 'node:child_process';

const DEADLINE_MS = 30_000;
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

export const CHART = new URL('cartwright', import.meta.url).pathname;
/** The oldest that the chart accepts. Helm without a cluster assumes one, and not every build of it a recent one. */
export const KUBE_VERSION = '1.29.0';

export interface HelmAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Helm as it is on PATH, or where HELM says. Null: there is none. */
export function findHelm(env: Readonly<NodeJS.ProcessEnv> = process.env): Helm | null {
  const program = env['HELM'] ?? 'helm';
  return spawnSync(program, ['version'], { timeout: DEADLINE_MS }).error === undefined
    ? new Helm(program)
    : null;
}

/** The parts of Helm that need no cluster. */
export class Helm {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  lint(): HelmAnswer {
    return this.#run(['lint', '--strict', '--kube-version', KUBE_VERSION, CHART]);
  }

  template(namespace: string, values: object, ...flags: string[]): HelmAnswer {
    const fixed = ['--namespace', namespace, '--kube-version', KUBE_VERSION, '--values', '-'];
    return this.#run(['template', 'cartwright', CHART, ...fixed, ...flags], JSON.stringify(values));
  }

  #run(args: string[], input = ''): HelmAnswer {
    const { error, status, stdout, stderr } = spawnSync(this.#program, args, {
      input,
      encoding: 'utf8',
      timeout: DEADLINE_MS,
      maxBuffer: OUTPUT_MAX_BYTES,
    });
    if (error !== undefined) throw error;
    return { ok: status === 0, stdout, stderr };
  }
}
