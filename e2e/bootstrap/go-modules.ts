import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from './cache.ts';
import { keyOfFiles, recipe } from './workshop.ts';
import type { Step } from './step.ts';
import type { Workshop } from './workshop.ts';

/** Compiling Kubernetes takes ten minutes on two idle cores. */
const BUILD_DEADLINE_MS = 90 * 60_000;
const LIST_DEADLINE_MS = 10 * 60_000;

interface Build {
  /** A folder of `modules`, whose go.mod names the tools to build. */
  readonly name: string;
  readonly linkerFlags?: readonly string[];
  readonly tags?: readonly string[];
  /** A tool's file is called after its package's last folder; here where that is not its name. */
  readonly program?: readonly [file: string, name: string];
}

/** The version of a module that a go.mod requires. */
export function versionOf(name: string, module: string): string {
  const lines = readFileSync(recipe(`modules/${name}/go.mod`), 'utf8').split('\n');
  const [, version] = lines.map((line) => line.trim().split(' ')).find(([first]) => first === module) ?? [];
  if (version === undefined) throw new Error(`modules/${name}/go.mod does not require ${module}`);
  return version;
}

export const kubernetesVersion = versionOf('kubernetes', 'k8s.io/kubernetes');

const [major, minor] = kubernetesVersion.slice(1).split('.');
const versionPackage = 'k8s.io/component-base/version';
const builds: readonly Build[] = [
  { name: 'kind' },
  { name: 'helm' },
  {
    name: 'kubernetes',
    // What a release says of itself; without it kubeadm takes the binaries for development builds.
    linkerFlags: [
      `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
      `-X ${versionPackage}.gitMajor=${major ?? ''}`,
      `-X ${versionPackage}.gitMinor=${minor ?? ''}`,
      `-X ${versionPackage}.gitTreeState=clean`,
    ],
  },
  { name: 'etcd', program: ['server', 'etcd'] },
  { name: 'coredns' },
  // Of its many ways to find targets just the one that is used.
  { name: 'prometheus', tags: ['remove_all_sd', 'enable_kubernetes_sd'] },
];

function keyOfBuild({ name, linkerFlags = [], tags = [] }: Build): string {
  return keyOf(
    keyOfFiles(`modules/${name}/go.mod`, `modules/${name}/go.sum`),
    ...linkerFlags,
    ...tags,
    process.arch,
  );
}

/** Where a module's programs are, once they are built. */
export function programs(
  workshop: Workshop,
  name: string,
): { readonly folder: string; readonly key: string } {
  const build = builds.find((one) => one.name === name);
  if (build === undefined) throw new Error(`no module is called ${name}`);
  const key = keyOfBuild(build);
  return { folder: workshop.cache.path(name, key), key };
}

export function goSteps(workshop: Workshop): readonly Step[] {
  return builds.map((build) =>
    workshop.cache.folderStep(build.name, keyOfBuild(build), async (folder) => {
      const linkerFlags = ['-s', '-w', ...(build.linkerFlags ?? [])].join(' ');
      const tags = (build.tags ?? []).join(',');
      await workshop
        .shell(build.name)
        .run(
          'go',
          ['build', '-trimpath', '-ldflags', linkerFlags, '-tags', tags, '-o', `${folder}/`, 'tool'],
          {
            cwd: recipe(join('modules', build.name)),
            env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
            deadlineMs: BUILD_DEADLINE_MS,
          },
        );
      if (build.program !== undefined) {
        const [file, name] = build.program;
        renameSync(join(folder, file), join(folder, name));
      }
    }),
  );
}

/** The folder of a module's sources. */
export async function sourceOf(workshop: Workshop, name: string, module: string): Promise<string> {
  const cwd = recipe(join('modules', name));
  const shell = workshop.shell(`${name}-source`);
  const env = { GOFLAGS: '-mod=readonly' };
  // It may have been built from a cache of compiled packages, which outlives the sources.
  await shell.run('go', ['mod', 'download', module], { cwd, env, deadlineMs: LIST_DEADLINE_MS });
  const folder = await shell.run('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd,
    env,
    deadlineMs: LIST_DEADLINE_MS,
  });
  return folder.trim();
}
