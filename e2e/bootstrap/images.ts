import { cpSync, linkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keyOf } from './cache.ts';
import { programs } from './go-modules.ts';
import { imageName, keyOfFiles, recipe } from './workshop.ts';
import type { Step } from './step.ts';
import type { Workshop } from './workshop.ts';

/** Debian's release under every image. Its containerd and systemd still know the first version of cgroups. */
const SUITE = 'bookworm';
const DEBOOTSTRAP_DEADLINE_MS = 30 * 60_000;
const COPY_DEADLINE_MS = 10 * 60_000;

const nodeVersion = process.versions.node;
const nodeKey = keyOf(nodeVersion, process.arch);

const debianKey = keyOf(SUITE, process.arch);
export const debian = { image: imageName('debian', debianKey), key: debianKey };

function derived(
  name: string,
  ...parts: readonly string[]
): { readonly image: string; readonly key: string } {
  const key = keyOf(debianKey, ...parts);
  return { image: imageName(name, key), key };
}

/** What kube-proxy and the agent share. */
const network = derived('network', keyOfFiles('images/network.Dockerfile', 'images/libraries.sh'));
/** Under the product's images, and the agent's. */
export const base = derived('base', nodeKey, keyOfFiles('images/base.Dockerfile', 'images/libraries.sh'));
const agentSources = ['agent/api.ts', 'agent/main.ts', 'agent/network.ts', 'agent/volumes.ts'];
export const agent = derived(
  'agent',
  network.key,
  base.key,
  keyOfFiles('images/agent.Dockerfile', ...agentSources),
);

export function kubeProxy(workshop: Workshop): { readonly image: string; readonly key: string } {
  return derived(
    'kube-proxy',
    network.key,
    programs(workshop, 'kubernetes').key,
    keyOfFiles('images/kube-proxy.Dockerfile'),
  );
}

export function prometheus(workshop: Workshop): { readonly image: string; readonly key: string } {
  const { key } = programs(workshop, 'prometheus');
  return { image: imageName('prometheus', key), key };
}

export function imageSteps(workshop: Workshop): readonly Step[] {
  const { cache } = workshop;
  const proxy = kubeProxy(workshop);
  const monitor = prometheus(workshop);
  const node = join(cache.path('node', nodeKey), 'node');
  return [
    cache.folderStep('node', nodeKey, (folder) => fetchNode(workshop, folder)),
    workshop.imageStep('debian', debian.key, (image) => makeDebian(workshop, image)),
    workshop.imageStep('network', network.key, async (image) => {
      const context = cache.scratch('network');
      cpSync(recipe('images/libraries.sh'), join(context, 'libraries.sh'));
      await workshop.build(image, 'images/network.Dockerfile', { DEBIAN: debian.image }, context);
    }),
    workshop.imageStep('kube-proxy', proxy.key, async (image) => {
      const context = cache.scratch('kube-proxy');
      linkSync(join(programs(workshop, 'kubernetes').folder, 'kube-proxy'), join(context, 'kube-proxy'));
      await workshop.build(image, 'images/kube-proxy.Dockerfile', { NETWORK: network.image }, context);
    }),
    workshop.imageStep('base', base.key, async (image) => {
      const context = cache.scratch('base');
      linkSync(node, join(context, 'node'));
      cpSync(recipe('images/libraries.sh'), join(context, 'libraries.sh'));
      await workshop.build(image, 'images/base.Dockerfile', { DEBIAN: debian.image }, context);
    }),
    workshop.imageStep('agent', agent.key, async (image) => {
      const context = cache.scratch('agent');
      for (const source of agentSources) cpSync(recipe(source), join(context, source));
      await workshop.build(
        image,
        'images/agent.Dockerfile',
        { BASE: base.image, NETWORK: network.image },
        context,
      );
    }),
    workshop.imageStep('prometheus', monitor.key, (image) => {
      const { folder } = programs(workshop, 'prometheus');
      const files = [join(folder, 'prometheus'), join(folder, 'promtool')];
      return importPrograms(workshop, image, files, ['ENTRYPOINT ["prometheus"]', 'USER 65532:65532']);
    }),
  ];
}

/** An image with nothing but these programs. */
export async function importPrograms(
  workshop: Workshop,
  image: string,
  files: readonly string[],
  changes: readonly string[],
): Promise<void> {
  const root = workshop.cache.scratch('programs');
  for (const file of files) cpSync(file, join(root, 'usr/local/bin', basename(file)));
  await importRoot(workshop, image, root, ['ENV PATH=/usr/local/bin', ...changes]);
}

/** An image of a folder. */
async function importRoot(
  workshop: Workshop,
  image: string,
  root: string,
  changes: readonly string[],
): Promise<void> {
  const archive = `${root}.tar`;
  const shell = workshop.shell('import');
  const without = ['./var/cache/apt/archives/*', './var/lib/apt/lists/*'].map((path) => `--exclude=${path}`);
  await shell.run('tar', ['--create', '--file', archive, '--directory', root, ...without, '.'], {
    deadlineMs: COPY_DEADLINE_MS,
  });
  const flags = changes.flatMap((change) => ['--change', change]);
  await shell.run('docker', ['import', ...flags, archive, image], { deadlineMs: COPY_DEADLINE_MS });
}

/** The Node that images get: npm's package of the very version that runs here. */
async function fetchNode(workshop: Workshop, folder: string): Promise<void> {
  const name = `node-linux-${process.arch}`;
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--prefix', folder];
  const shell = workshop.shell('node');
  await shell.run('npm', ['install', ...flags, `${name}@${nodeVersion}`], { deadlineMs: COPY_DEADLINE_MS });
  linkSync(join(folder, 'node_modules', name, 'bin', 'node'), join(folder, 'node'));
}

async function makeDebian(workshop: Workshop, image: string): Promise<void> {
  const root = workshop.cache.scratch('debian');
  // Its mounts live in a namespace of their own, and go with it when it is killed.
  const alone = ['--mount', '--fork', '--kill-child'];
  await workshop
    .shell('debootstrap')
    .run('unshare', [...alone, 'debootstrap', '--variant=minbase', SUITE, root], {
      deadlineMs: DEBOOTSTRAP_DEADLINE_MS,
    });
  await importRoot(workshop, image, root, ['CMD ["/bin/bash"]']);
}
