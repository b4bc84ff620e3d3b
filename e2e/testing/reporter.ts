import { join } from 'node:path';
import SummaryReporter from '../../node/testing/summary-reporter.ts';
import { gatherEvidence } from './evidence.ts';

/** When a cluster is broken, every test fails; the first ones tell enough. */
const GATHERED_MAX = 5;

/** Lists the tests, and gathers evidence the moment one fails. */
export default class EvidenceReporter extends SummaryReporter {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const started = new Date().toISOString().replaceAll(':', '-');
    let gathered = 0;
    runner.on('fail', (test) => {
      gathered += 1;
      if (gathered > GATHERED_MAX) return;
      const title = test
        .fullTitle()
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .slice(0, 80);
      const folder = join(import.meta.dirname, '../../.cache/e2e/failures', started, title);
      gatherEvidence(folder);
      process.stdout.write(`      evidence: ${folder}\n`);
    });
  }
}
