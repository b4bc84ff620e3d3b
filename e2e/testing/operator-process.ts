import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { Child } from '../../node/proof/child.ts';
import { eventually } from './eventually.ts';
import { images } from './images.ts';
import { kubectl } from './kubectl.ts';
import type { Namespace } from './namespace.ts';

const START_DEADLINE_MS = 20_000;
const LEAD_DEADLINE_MS = 40_000;

interface KubeConfigFile {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
}

/** The address of the API server, as KUBECONFIG has it. */
export function apiServer(): URL {
  return new URL(readKubeConfig().clusters[0]?.cluster.server ?? '');
}

/**
 * The operator as a process beside the cluster, for one namespace: it can be killed, and be reached or not, without asking the cluster. As an image, with its own rights, the chart's
 * tests have it.
 */
export class OperatorProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: Child;
  readonly #folder: string;

  private constructor(name: string, child: Child, folder: string) {
    this.name = name;
    this.#child = child;
    this.#folder = folder;
  }

  /** Resolves when it has started. `server` is another way to the API server than KUBECONFIG's. */
  static async start(
    namespace: Namespace,
    name = 'operator-1',
    server = apiServer(),
  ): Promise<OperatorProcess> {
    await installCrds();
    const folder = mkdtempSync(join(tmpdir(), 'cartwright-e2e-operator-'));
    const kubeconfig = readKubeConfig();
    for (const { cluster } of kubeconfig.clusters) cluster.server = server.href;
    writeFileSync(join(folder, 'kubeconfig'), stringify(kubeconfig), { mode: 0o600 });
    const main = join(import.meta.dirname, '../../operator/main.ts');
    const child = new Child(process.execPath, [main], {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      KUBECONFIG: join(folder, 'kubeconfig'),
      POD_NAME: name,
      POD_NAMESPACE: namespace.name,
      WATCH_NAMESPACES: namespace.name,
      NODE_IMAGE: images.node,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: '0',
    });
    const operator = new OperatorProcess(name, child, folder);
    await child.until('the operator has started', START_DEADLINE_MS, () =>
      Promise.resolve(/"msg":"started"/.test(child.output) ? true : null),
    );
    return operator;
  }

  /** Resolves when it leads. */
  async leads(deadlineMs = LEAD_DEADLINE_MS): Promise<void> {
    await this.#child.until('the operator leads', deadlineMs, () =>
      Promise.resolve(this.leading ? true : null),
    );
  }

  get leading(): boolean {
    const told = [...this.#child.output.matchAll(/"leads":(true|false)/g)];
    return told.at(-1)?.[1] === 'true';
  }

  /** As Kubernetes does it. Resolves with how it ended. */
  async stop(): Promise<string> {
    const end = await this.#child.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    return end;
  }

  async kill(): Promise<void> {
    await this.#child.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The CRDs of this checkout, which a chart's release brings along and a process does not. */
async function installCrds(): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '--filename=crds/']);
  // Right behind its making a CRD has no conditions at all, which `kubectl wait` takes for an error.
  await eventually('the CRD is established', 30_000, () =>
    kubectl(['wait', 'crd/cartclusters.cartwright.dev', '--for=condition=Established', '--timeout=5s']),
  );
}

function readKubeConfig(): KubeConfigFile {
  return parse(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8')) as KubeConfigFile;
}
