import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from './cache.ts';
import { kubernetesVersion, programs, sourceOf, versionOf } from './go-modules.ts';
import { agent, debian, importPrograms, kubeProxy, prometheus } from './images.ts';
import { imageName, keyOfFiles, recipe } from './workshop.ts';
import type { Shell } from '../process/shell.ts';
import type { Step } from './step.ts';
import type { Workshop } from './workshop.ts';

const KIND = 'sigs.k8s.io/kind';
const COMMAND_DEADLINE_MS = 5 * 60_000;
const CONTAINERD_DEADLINE_MS = 60_000;
/** When the container ends that the image is made in, should nobody end it. */
const BUILD_DEADLINE_S = 1800;
/** Changed by hand where this file makes something else of the same parts. */
const EDITION = '1';

const baseKey = keyOf(
  debian.key,
  versionOf('kind', KIND),
  keyOfFiles('images/machine.Dockerfile', 'images/writable-cgroups'),
);
const machineBase = imageName('machine-base', baseKey);

/** The image that kind makes a cluster's machines of. */
export function machine(workshop: Workshop): { readonly image: string; readonly key: string } {
  const modules = ['kubernetes', 'etcd', 'coredns'].map((name) => programs(workshop, name).key);
  const manifests = keyOfFiles('agent/network.yaml', 'agent/storage.yaml');
  const parts = [agent.key, kubeProxy(workshop).key, prometheus(workshop).key, manifests, ...modules];
  const key = keyOf(EDITION, baseKey, ...parts);
  return { image: imageName('machine', key), key };
}

export function machineSteps(workshop: Workshop): readonly Step[] {
  return [
    workshop.imageStep('machine-base', baseKey, (image) => makeBase(workshop, image)),
    workshop.imageStep('machine', machine(workshop).key, (image) => makeMachine(workshop, image)),
  ];
}

/** Kind's files are read from its module, the one place where they are. */
async function makeBase(workshop: Workshop, image: string): Promise<void> {
  const context = workshop.cache.scratch('machine-base');
  const kind = join(context, 'kind');
  cpSync(join(await sourceOf(workshop, 'kind', KIND), 'images/base/files'), kind, { recursive: true });
  makeWritable(kind);
  cpSync(recipe('images/writable-cgroups'), join(context, 'writable-cgroups'));
  await workshop.build(image, 'images/machine.Dockerfile', { DEBIAN: debian.image }, context);
}

/** Go's module cache is read-only, and COPY would hand that on to folders like /etc. */
function makeWritable(path: string): void {
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, isFolder ? 0o755 : 0o644);
  if (isFolder) for (const name of readdirSync(path)) makeWritable(join(path, name));
}

/** Kubernetes and the images of its own pods go into a container of the base, which then becomes an image. */
async function makeMachine(workshop: Workshop, image: string): Promise<void> {
  const shell = workshop.shell('image-machine');
  const container = 'cartwright-e2e-machine';
  const run = (args: readonly string[]): Promise<string> =>
    shell.run('docker', args, { deadlineMs: COMMAND_DEADLINE_MS });
  // Left by a run that was killed.
  await shell.outcome('docker', ['rm', '--force', '--volumes', container], {
    deadlineMs: COMMAND_DEADLINE_MS,
  });
  const flags = [
    '--detach',
    `--name=${container}`,
    '--security-opt=seccomp=unconfined',
    '--entrypoint=sleep',
  ];
  await run(['run', ...flags, machineBase, String(BUILD_DEADLINE_S)]);
  try {
    const kubernetes = programs(workshop, 'kubernetes').folder;
    for (const name of ['kubeadm', 'kubectl', 'kubelet'])
      await run(['cp', join(kubernetes, name), `${container}:/usr/bin/${name}`]);
    await run(['cp', `${kindFolder(workshop)}/.`, `${container}:/kind/`]);
    await importImages(workshop, shell, container);
    const first = ['/usr/local/bin/writable-cgroups', '/usr/local/bin/entrypoint', '/sbin/init'];
    await run(['commit', '--change', `ENTRYPOINT ${JSON.stringify(first)}`, container, image]);
  } finally {
    await run(['rm', '--force', '--volumes', container]);
  }
}

/** What kind reads on a machine: the version, and the manifests of network and storage. */
function kindFolder(workshop: Workshop): string {
  const folder = workshop.cache.scratch('machine-kind');
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  writeFileSync(join(folder, 'version'), kubernetesVersion);
  const network = readFileSync(recipe('agent/network.yaml'), 'utf8').replace('AGENT_IMAGE', agent.image);
  writeFileSync(join(manifests, 'default-cni.yaml'), network);
  cpSync(recipe('agent/storage.yaml'), join(manifests, 'default-storage.yaml'));
  return folder;
}

/** Makes the images of the cluster's own pods and puts them into the container's containerd under the names that kubeadm wants. */
async function importImages(workshop: Workshop, shell: Shell, container: string): Promise<void> {
  const bash = (script: string): Promise<string> =>
    shell.run('bash', ['-euo', 'pipefail', '-c', script], { deadlineMs: COMMAND_DEADLINE_MS });
  const images = await componentImages(workshop, shell, container);
  const ctr = 'ctr --namespace=k8s.io';
  await bash(`docker exec --detach ${container} containerd`);
  const ready = `until ctr version; do sleep 0.2; done`;
  await shell.run('docker', ['exec', container, 'bash', '-c', ready], { deadlineMs: CONTAINERD_DEADLINE_MS });
  const imports = `${ctr} images import --all-platforms --no-unpack -`;
  await bash(
    `docker save ${Object.keys(images).join(' ')} | docker exec --interactive ${container} ${imports}`,
  );
  for (const [made, wanted] of Object.entries(images)) {
    if (made === wanted) continue;
    await bash(`docker exec ${container} ${ctr} images tag docker.io/${made} ${wanted}`);
    await bash(`docker exec ${container} ${ctr} images rm docker.io/${made}`);
  }
  await bash(`docker exec ${container} pkill --exact containerd`);
  const gone = 'while pgrep --exact containerd; do sleep 0.2; done';
  await shell.run('docker', ['exec', container, 'bash', '-c', gone], { deadlineMs: CONTAINERD_DEADLINE_MS });
}

/** The images as this engine names them, and the names that they go by in the cluster. */
async function componentImages(
  workshop: Workshop,
  shell: Shell,
  container: string,
): Promise<Readonly<Record<string, string>>> {
  const inContainer = (...args: string[]): Promise<string> =>
    shell.run('docker', ['exec', container, ...args], { deadlineMs: COMMAND_DEADLINE_MS });
  const wanted = (
    await inContainer('kubeadm', 'config', 'images', 'list', '--kubernetes-version', kubernetesVersion)
  )
    .trim()
    .split('\n');
  const configuration = await inContainer('cat', '/etc/containerd/config.toml');
  const sandbox = /sandbox_image = "(.*)"/.exec(configuration)?.[1];
  if (sandbox === undefined) throw new Error('containerd’s configuration names no sandbox image');

  const { key } = machine(workshop);
  // Prometheus is a test's, and big: what is here need not be sent to each machine of each cluster.
  const images: Record<string, string> = {};
  for (const image of [agent.image, prometheus(workshop).image]) images[image] = image;
  for (const name of [...wanted.filter((one) => !one.includes('/pause:')), sandbox]) {
    const program = /([^/]+):/.exec(name.slice(name.lastIndexOf('/')))?.[1] ?? '';
    if (program === 'kube-proxy') {
      images[kubeProxy(workshop).image] = name;
      continue;
    }
    const made = imageName(program, key);
    const file = await programFile(workshop, shell, program);
    await importPrograms(workshop, made, [file], [`ENTRYPOINT ["${program}"]`]);
    images[made] = name;
  }
  return images;
}

async function programFile(workshop: Workshop, shell: Shell, program: string): Promise<string> {
  if (program !== 'pause') {
    const name = program.startsWith('kube-') ? 'kubernetes' : program;
    return join(programs(workshop, name).folder, program);
  }
  const source = join(
    await sourceOf(workshop, 'kubernetes', 'k8s.io/kubernetes'),
    'build/pause/linux/pause.c',
  );
  const file = join(workshop.cache.scratch('pause'), 'pause');
  await shell.run('gcc', ['-Os', '-static', '-o', file, source], { deadlineMs: COMMAND_DEADLINE_MS });
  return file;
}
