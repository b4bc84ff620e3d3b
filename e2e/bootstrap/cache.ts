import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Step } from './step.ts';

/** Twelve hex digits that stand for all of these. */
export function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/** A folder outside of every checkout for what takes long to make. Used by one process at a time. */
export class Cache {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    mkdirSync(join(root, 'logs'), { recursive: true });
  }

  /** The folder is named by the XDG base directory specification. */
  static ofUser(env: Readonly<NodeJS.ProcessEnv>): Cache {
    const home = env['XDG_CACHE_HOME'];
    return new Cache(
      join(home === undefined || home === '' ? join(homedir(), '.cache') : home, 'cartwright-e2e'),
    );
  }

  /** Removes what aborted runs left unfinished. */
  clear(): void {
    rmSync(this.#unfinished(), { recursive: true, force: true });
  }

  path(name: string, key: string): string {
    return join(this.root, `${name}-${key}`);
  }

  /** A step whose product is a folder. It is made under another name and gets its own when it is whole. */
  folderStep(name: string, key: string, make: (folder: string) => Promise<void>): Step {
    const path = this.path(name, key);
    return {
      name,
      key,
      isDone: () => Promise.resolve(existsSync(path)),
      run: async () => {
        const folder = this.scratch(name);
        await make(folder);
        renameSync(folder, path);
      },
    };
  }

  /** An empty folder that the next {@link clear} removes. Never one again that a command of a killed run may still write to. */
  scratch(name: string): string {
    const parent = this.#unfinished();
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(join(parent, `${name}-`));
    // It may become the root of an image, which not only root may enter.
    chmodSync(folder, 0o755);
    return folder;
  }

  /** Starts the log of one step anew. */
  log(name: string): { readonly path: string; readonly write: (text: string) => void } {
    const path = join(this.root, 'logs', `${name}.log`);
    writeFileSync(path, '');
    return { path, write: (text) => appendFileSync(path, text) };
  }

  #unfinished(): string {
    return join(this.root, 'unfinished');
  }
}
