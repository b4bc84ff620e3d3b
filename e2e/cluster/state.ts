import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Toolbox } from './toolbox.ts';

/** What is known of this checkout's cluster from one command to the next. */
export interface State {
  readonly toolbox: Toolbox;
  /** Made by `make e2e-up`, so `make e2e` leaves it. */
  readonly kept: boolean;
  /** Names of the product's images by their variables, once they are loaded. */
  readonly images: Readonly<Record<string, string>>;
}

export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(): State | null {
    return existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, 'utf8')) as State) : null;
  }

  write(state: State): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(state, null, 2)}\n`);
    renameSync(`${this.#path}.new`, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
