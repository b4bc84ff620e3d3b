import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import type { Step } from './step.ts';
import type { Workshop } from './workshop.ts';

const APT_DEADLINE_MS = 15 * 60_000;

/** Debian's packages of what the other steps call, as far as it is missing. */
export function packagesStep(workshop: Workshop, engine: Engine): Step {
  const missing = async (): Promise<readonly string[]> => {
    const shell = workshop.shell('packages');
    const lacks = (program: string): boolean => shell.find(program) === null;
    const packages: string[] = [];
    if (lacks('docker') || (lacks('dockerd') && !(await engine.answers()))) packages.push('docker.io');
    if (lacks('debootstrap')) packages.push('debootstrap');
    if (lacks('gcc') || !hasStaticLibrary()) packages.push('gcc', 'libc6-dev');
    return packages;
  };
  return {
    name: 'packages',
    key: '',
    isDone: async () => (await missing()).length === 0,
    run: async () => {
      const packages = await missing();
      const shell = workshop.shell('packages');
      if (shell.find('apt-get') === null)
        throw new Error(`please install ${packages.join(', ')}: this machine has no apt-get`);
      const options = { deadlineMs: APT_DEADLINE_MS, env: { DEBIAN_FRONTEND: 'noninteractive' } };
      await shell.run('apt-get', ['update'], options);
      await shell.run('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], options);
    },
  };
}

/** The C library to link into a program that has no other file. */
function hasStaticLibrary(): boolean {
  return readdirSync('/usr/lib').some((folder) => existsSync(join('/usr/lib', folder, 'libc.a')));
}
