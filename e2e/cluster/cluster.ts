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
/** Where workers see the archive of images. */
const IMAGES = '/images';
/** Sends a machine's containerd what of the images it has not: of new ones mostly few layers. They are unpacked where they are first used. */
const IMPORT = `cd "${IMAGES}/$1"
known() { ctr --namespace=k8s.io content ls --quiet | sed 's|^sha256:|blobs/sha256/|'; }
tar --create --exclude-from=<(known) -- * | ctr --namespace=k8s.io images import --no-unpack -`;

/** A Kubernetes cluster whose machines are containers: one control plane, two workers. */
export class Cluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly #images: string;
  readonly #shell: Shell;

  /** `images` is the folder of archives that it will be given images from. */
  constructor(name: string, kubeconfig: string, images: string, shell: Shell) {
    this.name = name;
    this.kubeconfig = kubeconfig;
    this.#images = images;
    this.#shell = shell;
  }

  /** On machines of that image, or of kind's own. */
  async create(machineImage: string | null): Promise<void> {
    mkdirSync(dirname(this.kubeconfig), { recursive: true });
    mkdirSync(this.#images, { recursive: true });
    const file = `${this.kubeconfig}.kind.json`;
    writeFileSync(file, JSON.stringify(configuration(this.name, this.#images), null, 2));
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

  /** Puts the images of an archive on its workers: on the control plane runs nothing but what belongs to it. */
  async load(archive: string): Promise<void> {
    const workers = await this.#machines('worker');
    if (workers.length === 0) throw new Error(`the cluster ${this.name} has no workers`);
    const script = ['bash', '-euo', 'pipefail', '-c', IMPORT, 'bash', archive];
    await Promise.all(
      workers.map((worker) =>
        this.#shell.run('docker', ['exec', worker, ...script], { deadlineMs: LOAD_DEADLINE_MS }),
      ),
    );
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

  async #machines(role?: 'worker'): Promise<readonly string[]> {
    const labels = [`cluster=${this.name}`, ...(role === undefined ? [] : [`role=${role}`])];
    const filters = labels.map((label) => `--filter=label=io.x-k8s.kind.${label}`);
    const list = await this.#shell.run('docker', ['ps', '--all', '--quiet', ...filters], {
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

function configuration(name: string, images: string): object {
  const settings = {
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
    // There is one of each, so that what they write to be elected each two seconds is for nobody.
    controllerManager: { extraArgs: { 'leader-elect': 'false' } },
    scheduler: { extraArgs: { 'leader-elect': 'false' } },
    // A machine that loses its power is a container that is killed: what it wrote is still there.
    etcd: { local: { extraArgs: { 'unsafe-no-fsync': 'true' } } },
  };
  const worker = {
    role: 'worker',
    extraMounts: [{ hostPath: images, containerPath: IMAGES, readOnly: true }],
  };
  const policy = join(import.meta.dirname, 'audit-policy.yaml');
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    nodes: [
      {
        role: 'control-plane',
        kubeadmConfigPatches: [JSON.stringify(settings)],
        extraMounts: [{ hostPath: policy, containerPath: `${AUDIT_FOLDER}/policy.yaml`, readOnly: true }],
      },
      worker,
      worker,
    ],
  };
}
