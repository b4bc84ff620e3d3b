import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shell } from '../process/shell.ts';

const DEADLINE_MS = 30_000;
const CHART = 'charts/cartwright';

/** The newest chart in the history that differs from the one under test: what users upgrade from. */
export class FormerChart {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cartwright-chart-'));
  readonly #shell = new Shell(process.env);

  async checkOut(): Promise<string> {
    for (const commit of (await this.#git('log', '--format=%H', '--', CHART)).trim().split('\n')) {
      const differs = await this.#shell.outcome('git', ['diff', '--quiet', commit, '--', CHART], {
        deadlineMs: DEADLINE_MS,
      });
      if (differs.code !== 1) continue;
      const archive = join(this.#folder, 'chart.tar');
      await this.#git('archive', `--output=${archive}`, commit, CHART);
      await this.#shell.run('tar', ['--extract', '--file', archive, '--directory', this.#folder], {
        deadlineMs: DEADLINE_MS,
      });
      return join(this.#folder, CHART);
    }
    throw new Error('the history has no other chart');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #git(...args: string[]): Promise<string> {
    return this.#shell.run('git', args, { deadlineMs: DEADLINE_MS });
  }
}
