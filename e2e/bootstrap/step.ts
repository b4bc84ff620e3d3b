/** One thing that the bootstrap makes. What it made before is found again by its key, so an aborted run goes on where it stopped. */
export interface Step {
  readonly name: string;
  /** Changes with everything that the product depends on. */
  readonly key: string;
  isDone(): Promise<boolean>;
  /** Leaves either the whole product or nothing that {@link isDone} takes for it. */
  run(): Promise<void>;
}

/** Runs what is not done yet, one after the other, with a line for each. */
export async function runSteps(
  steps: readonly Step[],
  print: (text: string) => void,
  nowMs: () => number,
): Promise<void> {
  const width = Math.max(...steps.map(({ name }) => name.length));
  for (const step of steps) {
    print(`  ${step.name.padEnd(width)}  `);
    const startedMs = nowMs();
    try {
      const done = await step.isDone();
      if (!done) await step.run();
      print(`${done ? 'there' : 'made'}, ${((nowMs() - startedMs) / 1000).toFixed(1)} s\n`);
    } catch (error) {
      print(`failed after ${((nowMs() - startedMs) / 1000).toFixed(1)} s\n`);
      throw error;
    }
  }
}
