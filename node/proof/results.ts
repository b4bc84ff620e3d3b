import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RowResult } from './row.ts';

/** A row's result together with what it was made with. */
export interface Recorded extends RowResult {
  readonly name: string;
  /** Of {@link codeVersion}. */
  readonly code: string;
  readonly options: Readonly<Record<string, number>>;
  readonly finishedAt: string;
  readonly seconds: number;
}

/** The results of finished rows, in a file: a run that was interrupted goes on behind them. */
export class Results {
  readonly #path: string;
  readonly #recorded: Recorded[];

  constructor(path: string) {
    this.#path = path;
    this.#recorded = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded[]) : [];
  }

  /** What this code and these options gave before, if the row passed. */
  find(name: string, code: string, options: Readonly<Record<string, number>>): Recorded | undefined {
    return this.#recorded.findLast(
      (one) =>
        one.name === name &&
        one.code === code &&
        one.outcome === 'passed' &&
        JSON.stringify(one.options) === JSON.stringify(options),
    );
  }

  add(recorded: Recorded): void {
    this.#recorded.push(recorded);
    mkdirSync(dirname(this.#path), { recursive: true });
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, `${JSON.stringify(this.#recorded, null, 2)}\n`);
    renameSync(fresh, this.#path);
  }
}

/** A hash of what a result depends on, as it is in the folder, committed or not. Null outside a git checkout. */
export function codeVersion(root: string): string | null {
  const paths = ['node', 'proto', 'package-lock.json'];
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
  try {
    const code = createHash('sha256');
    code.update(git('rev-parse', ...paths.map((path) => `HEAD:${path}`)));
    code.update(git('diff', 'HEAD', '--', ...paths));
    const added = git('ls-files', '-z', '--others', '--exclude-standard', '--', ...paths);
    for (const file of added.split('\0').filter((name) => name !== ''))
      code.update(file).update(readFileSync(join(root, file)));
    return code.digest('hex').slice(0, 12);
  } catch {
    return null;
  }
}
