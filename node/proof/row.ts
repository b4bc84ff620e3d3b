import type { Finding } from './history-checker.ts';

/** One long run. */
export interface Row {
  readonly name: string;
  /** What it shows, in one line. */
  readonly claim: string;
  run(context: RowContext): Promise<RowResult>;
}

export interface RowContext {
  /** An empty directory of this row's own; removed afterwards when the row passed. */
  readonly directory: string;
  readonly seed: number;
  readonly kills: number;
  readonly minutes: number;
  /** Tells how far the run is. */
  readonly say: (text: string) => void;
}

export interface RowResult {
  readonly outcome: 'passed' | 'failed' | 'not run';
  readonly figures: Readonly<Record<string, number | string>>;
  /** Why it failed or was not run. */
  readonly problems: readonly string[];
}

/** The first of many findings are enough to start looking. */
const SHOWN = 20;

export function resultOf(
  figures: Readonly<Record<string, number | string>>,
  findings: readonly Finding[],
  problems: readonly string[] = [],
): RowResult {
  const all = [...problems, ...findings.map(({ kind, text }) => `${kind}: ${text}`)];
  const more = all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : [];
  return {
    outcome: all.length === 0 ? 'passed' : 'failed',
    figures,
    problems: [...all.slice(0, SHOWN), ...more],
  };
}
