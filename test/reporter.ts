import Mocha, { type MochaOptions, type Runner } from 'mocha';

/** Mocha's own report, ended by one plain line: "N passed, N failed, N skipped". */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}
