import Mocha from 'mocha';

/** mocha's own listing, with one line at the end that scripts can read. A test that was left out counts as failed. */
export default class SummaryReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failures + pending} failed\n`);
  }
}
