/** How a run of tests ended. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

const LINE = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?$/gm;

/** What a run's last line says; null: it was not there, so the run came to no end. */
export function readCount(output: string): Count | null {
  const line = [...output.matchAll(LINE)].at(-1);
  return line === undefined ? null : { passed: Number(line[1]), failed: Number(line[2]) };
}

/** The output without its counts, where several are written together and only their sum shall be found. */
export function withoutCounts(output: string): string {
  return output.replaceAll(LINE, '').trimEnd();
}

export function sumOf(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

export function written({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}
