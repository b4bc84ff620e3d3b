import Mocha from 'mocha';
import { isLeftOut } from './needs.ts';

/** mocha's own listing, with one line at the end that scripts can read. */
export default class SummaryReporter extends Mocha.reporters.Spec {
  #skipped = 0;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => {
      if (isLeftOut(test)) this.#skipped += 1;
    });
  }

  override epilogue(): void {
    super.epilogue();
    const { passes, failures } = this.stats;
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
    // Alone on its line, whatever a test may have written without an end.
    process.stdout.write(`\n${passes} passed, ${failures} failed${skipped}\n`);
  }
}
