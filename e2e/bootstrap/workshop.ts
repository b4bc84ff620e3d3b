import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from './cache.ts';
import type { Shell } from '../process/shell.ts';
import type { Cache } from './cache.ts';
import type { Step } from './step.ts';

const LOOK_DEADLINE_MS = 20_000;
const BUILD_DEADLINE_MS = 30 * 60_000;

/** What the steps work with. */
export class Workshop {
  readonly cache: Cache;
  readonly #shell: Shell;

  constructor(cache: Cache, shell: Shell) {
    this.cache = cache;
    this.#shell = shell;
  }

  /** A shell whose commands are logged under the step's name. */
  shell(step: string): Shell {
    return this.#shell.loggingTo(this.cache.log(step).write);
  }

  /** A step whose product is an image. An engine names an image when it is whole. */
  imageStep(name: string, key: string, make: (image: string) => Promise<void>): Step {
    const image = imageName(name, key);
    return {
      name: `image ${name}`,
      key,
      isDone: () =>
        this.#shell.succeeds('docker', ['image', 'inspect', image], { deadlineMs: LOOK_DEADLINE_MS }),
      run: () => make(image),
    };
  }

  /** Builds with the engine's network being this machine's, since some machines' registries are reached from no other. */
  async build(
    image: string,
    dockerfile: string,
    args: Readonly<Record<string, string>>,
    context: string,
  ): Promise<void> {
    const flags = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await this.shell(logName(image)).run(
      'docker',
      ['build', '--network=host', ...flags, '--file', recipe(dockerfile), '--tag', image, context],
      { deadlineMs: BUILD_DEADLINE_MS },
    );
  }
}

export function imageName(name: string, key: string): string {
  return `cartwright-e2e/${name}:${key}`;
}

/** `cartwright-e2e/kube-proxy:0123` logs as `image-kube-proxy`. */
function logName(image: string): string {
  return `image-${image.slice(image.indexOf('/') + 1, image.indexOf(':'))}`;
}

/** A file beside this one. */
export function recipe(name: string): string {
  return join(import.meta.dirname, name);
}

/** A key of what these files say. */
export function keyOfFiles(...names: readonly string[]): string {
  return keyOf(...names.map((name) => readFileSync(recipe(name), 'utf8')));
}
