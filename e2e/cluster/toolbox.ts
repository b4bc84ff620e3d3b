import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap } from '../bootstrap/bootstrap.ts';
import { versionOf } from '../bootstrap/go-modules.ts';
import type { Shell } from '../process/shell.ts';

const ANSWER_DEADLINE_MS = 20_000;

/** The programs and images that everything else is done with. Plain data: it is kept beside the cluster that was made with it. */
export interface Toolbox {
  /** Put in front of PATH; null: PATH has all that is needed. */
  readonly folder: string | null;
  /** Null: kind's own. */
  readonly machineImage: string | null;
  /** Null: the Dockerfiles' own. */
  readonly baseImage: string | null;
  readonly prometheusImage: string;
}

/** Takes what PATH has where all of it is there and works; makes it where something is missing, or where that is asked for. */
export async function findTools(
  folder: string,
  shell: Shell,
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<Toolbox> {
  const missing = shell.env['E2E_BOOTSTRAP'] === '1' ? 'asked for' : await whatIsMissing(shell);
  if (missing === null) {
    return {
      folder: null,
      machineImage: given(shell, 'KIND_NODE_IMAGE'),
      baseImage: given(shell, 'BASE_IMAGE'),
      prometheusImage: given(shell, 'PROMETHEUS_IMAGE') ?? publishedPrometheus(),
    };
  }
  print(`bootstrap (${missing})\n`);
  const { programs, ...images } = await bootstrap(shell, signal, print);
  mkdirSync(folder, { recursive: true });
  for (const [name, path] of Object.entries(programs)) {
    const fresh = join(folder, `.${name}`);
    rmSync(fresh, { force: true });
    // The PATH may have this very folder, as a shell has that used `make e2e-tools`: a link to a link here would lead to itself.
    symlinkSync(realpathSync(path), fresh);
    renameSync(fresh, join(folder, name));
  }
  return { folder, ...images };
}

async function whatIsMissing(shell: Shell): Promise<string | null> {
  const missing = ['docker', 'kind', 'kubectl', 'helm'].filter((program) => shell.find(program) === null);
  if (missing.length > 0) return `missing: ${missing.join(', ')}`;
  const answers = await shell.succeeds('docker', ['version'], { deadlineMs: ANSWER_DEADLINE_MS });
  return answers ? null : 'no container engine answers';
}

function given(shell: Shell, variable: string): string | null {
  const value = shell.env[variable];
  return value === undefined || value === '' ? null : value;
}

/** The image of the release that the bootstrap builds. As a Go module, release 3.13.5 is called v0.313.5. */
function publishedPrometheus(): string {
  const version = versionOf('prometheus', 'github.com/prometheus/prometheus');
  return `docker.io/prom/prometheus:${version.replace(/^v0\.(\d)0?(\d+)\./, 'v$1.$2.')}`;
}
