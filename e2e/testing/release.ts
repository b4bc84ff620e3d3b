import { CHART } from '../../charts/helm.ts';
import { serviceAccount } from './audit.ts';
import { images } from './images.ts';
import { helm, kubectl } from './kubectl.ts';
import type { Namespace } from './namespace.ts';

const INSTALL_DEADLINE_MS = 180_000;
const COMMAND_DEADLINE_MS = 60_000;

interface Image {
  readonly repository: string;
  readonly tag: string;
}

/**
 * The chart, installed with the images under test. What it makes in the whole cluster bears the namespace's name, so that tests don't meet; the CRD there is only one of, and each
 * release takes it over from the one before.
 */
export class Release {
  readonly name = 'cartwright';
  readonly namespace: Namespace;

  private constructor(namespace: Namespace) {
    this.namespace = namespace;
  }

  /** Resolves when its operators are ready. */
  static async install(namespace: Namespace, values: object = {}, chart = CHART): Promise<Release> {
    const release = new Release(namespace);
    await release.#deploy(['install', '--take-ownership'], values, chart);
    return release;
  }

  async upgrade(values: object = {}, chart = CHART): Promise<void> {
    await this.#deploy(['upgrade'], values, chart);
  }

  /** To the revision before, or to that one; an installation is revision 1. */
  async rollback(revision = 0): Promise<void> {
    await this.#helm(
      ['rollback', this.name, `${revision}`, '--wait', `--timeout=${INSTALL_DEADLINE_MS / 1000}s`],
      '',
      INSTALL_DEADLINE_MS,
    );
  }

  /** What the test said. */
  test(): Promise<string> {
    return this.#helm(
      ['test', this.name, '--logs', `--timeout=${INSTALL_DEADLINE_MS / 1000}s`],
      '',
      INSTALL_DEADLINE_MS,
    );
  }

  /** Leaves CartClusters and their CRD. Without a release it does nothing. */
  async uninstall(): Promise<void> {
    await this.#helm(['uninstall', this.name, '--ignore-not-found', '--wait']);
  }

  /** Name of the Deployment, and of the operator's account. */
  get operator(): string {
    return `${this.namespace.name}-operator`;
  }

  /** Who the operator is to the API server. */
  get user(): string {
    return serviceAccount(this.namespace.name, this.operator);
  }

  /** The pod that leads. */
  async leader(): Promise<string> {
    const lease = ['get', 'lease', 'cartwright-operator', '--output=jsonpath={.spec.holderIdentity}'];
    const [pod = ''] = (await this.namespace.kubectl(lease)).split('_');
    return pod;
  }

  async #deploy(command: readonly string[], values: object, chart: string): Promise<void> {
    const all = JSON.stringify({ ...this.#defaults(), ...values });
    const wait = ['--wait', `--timeout=${INSTALL_DEADLINE_MS / 1000}s`];
    await this.#helm([...command, this.name, chart, '--values=-', ...wait], all, INSTALL_DEADLINE_MS);
    await kubectl(
      ['wait', 'crd/cartclusters.cartwright.dev', '--for=condition=Established', '--timeout=30s'],
      {
        deadlineMs: COMMAND_DEADLINE_MS,
      },
    );
  }

  #defaults(): object {
    return {
      fullnameOverride: this.namespace.name,
      image: imageOf(images.operator),
      nodeImage: imageOf(images.node),
      imagePullPolicy: 'IfNotPresent',
    };
  }

  #helm(args: readonly string[], input = '', deadlineMs = COMMAND_DEADLINE_MS): Promise<string> {
    // What waits is given the time to say by itself what it waited for.
    return helm(['--namespace', this.namespace.name, ...args], { input, deadlineMs: deadlineMs + 30_000 });
  }
}

function imageOf(name: string): Image {
  const colon = name.lastIndexOf(':');
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}
