import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Shell } from '../process/shell.ts';

const LOOK_DEADLINE_MS = 30_000;
const CREATE_DEADLINE_MS = 10 * 60_000;
const DELETE_DEADLINE_MS = 5 * 60_000;
const DELETE_ROUNDS = 3;
const READY_DEADLINE_S = 180;
const LOAD_DEADLINE_MS = 5 * 60_000;

/** Where the API server writes its audit log, as the control plane's machine sees it. The kubelet there serves the folder above. */
const AUDIT_LOG = '/var/log/kubernetes/audit.log';
const AUDIT_FOLDER = '/etc/kubernetes/audit';

/** A Kubernetes cluster whose machines are containers: one control plane, two workers. */
export class Cluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly #shell: Shell;

  constructor(name: string, kubeconfig: string, shell: Shell) {
    this.name = name;
    this.kubeconfig = kubeconfig;
    this.#shell = shell;
  }

  /** On machines of that image, or of kind's own. */
  async create(machineImage: string | null): Promise<void> {
    mkdirSync(dirname(this.kubeconfig), { recursive: true });
    const file = `${this.kubeconfig}.kind.json`;
    writeFileSync(file, JSON.stringify(configuration(this.name), null, 2));
    const image = machineImage === null ? [] : ['--image', machineImage];
    const flags = [
      '--config',
      file,
      '--kubeconfig',
      this.kubeconfig,
      '--wait',
      `${READY_DEADLINE_S}s`,
      ...image,
    ];
    await this.#shell.run('kind', ['create', 'cluster', ...flags], { deadlineMs: CREATE_DEADLINE_MS });
    await this.#ready('node', '--all', 'Ready');
    await this.#ready('deployment', '--all', 'Available', '--namespace=kube-system');
  }

  /** Puts images of this machine's engine on the cluster's machines. Those that are there already cost little. */
  async load(images: readonly string[]): Promise<void> {
    await this.#shell.run('kind', ['load', 'docker-image', '--name', this.name, ...images], {
      deadlineMs: LOAD_DEADLINE_MS,
    });
  }

  /** By the engine alone: it works where kind is not at hand, and on what a killed run left behind. */
  async delete(): Promise<void> {
    let machines = await this.#machines();
    // More than once: what a killed run left going may make or remove some meanwhile.
    for (let round = 0; round < DELETE_ROUNDS && machines.length > 0; round += 1) {
      await this.#shell.outcome('docker', ['rm', '--force', '--volumes', ...machines], {
        deadlineMs: DELETE_DEADLINE_MS,
      });
      machines = await this.#machines();
    }
    if (machines.length > 0) throw new Error(`the cluster’s machines stay: ${machines.join(', ')}`);
  }

  async #machines(): Promise<readonly string[]> {
    const filter = `label=io.x-k8s.kind.cluster=${this.name}`;
    const list = await this.#shell.run('docker', ['ps', '--all', '--quiet', '--filter', filter], {
      deadlineMs: LOOK_DEADLINE_MS,
    });
    return list.split('\n').filter((id) => id !== '');
  }

  async #ready(kind: string, which: string, condition: string, ...flags: readonly string[]): Promise<void> {
    const wait = [
      'wait',
      kind,
      which,
      `--for=condition=${condition}`,
      `--timeout=${READY_DEADLINE_S}s`,
      ...flags,
    ];
    await this.#shell.run('kubectl', [`--kubeconfig=${this.kubeconfig}`, ...wait], {
      deadlineMs: (READY_DEADLINE_S + 30) * 1000,
    });
  }
}

function configuration(name: string): object {
  const audit = {
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs: {
        'audit-policy-file': `${AUDIT_FOLDER}/policy.yaml`,
        'audit-log-path': AUDIT_LOG,
        'audit-log-maxsize': '200',
        'audit-log-maxbackup': '1',
      },
      extraVolumes: [
        {
          name: 'audit-policy',
          hostPath: AUDIT_FOLDER,
          mountPath: AUDIT_FOLDER,
          readOnly: true,
          pathType: 'Directory',
        },
        {
          name: 'audit-log',
          hostPath: dirname(AUDIT_LOG),
          mountPath: dirname(AUDIT_LOG),
          pathType: 'DirectoryOrCreate',
        },
      ],
    },
  };
  const policy = join(import.meta.dirname, 'audit-policy.yaml');
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    nodes: [
      {
        role: 'control-plane',
        kubeadmConfigPatches: [JSON.stringify(audit)],
        extraMounts: [{ hostPath: policy, containerPath: `${AUDIT_FOLDER}/policy.yaml`, readOnly: true }],
      },
      { role: 'worker' },
      { role: 'worker' },
    ],
  };
}
