import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutKills } from './checkout-kills.ts';
import { fullDisk } from './full-disk.ts';
import { kills } from './kills.ts';
import { mergeKills } from './merge-kills.ts';
import { codeVersion, Results } from './results.ts';
import { soak } from './soak.ts';
import { watchers } from './watchers.ts';
import type { Row, RowResult } from './row.ts';

const rows: readonly Row[] = [kills, checkoutKills, mergeKills, fullDisk, watchers, soak];
const root = join(import.meta.dirname, '../..');

const usage = `The long runs: real nodes, real crashes.

  --only=<rows>     some of: ${rows.map(({ name }) => name).join(', ')}
  --kills=<n>       of the row kills (100)
  --minutes=<n>     of the row soak (30); watchers takes a sixth of it
  --seed=<n>        repeats the moments of an earlier run
  --again           runs finished rows once more
  --keep            keeps the journals of rows that passed
`;

interface Options {
  readonly only: readonly string[] | null;
  readonly kills: number;
  readonly minutes: number;
  readonly seed: number;
  readonly again: boolean;
  readonly keep: boolean;
}

function optionsOf(args: string[]): Options | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: { only: text, kills: text, minutes: text, seed: text, again: flag, keep: flag, help: flag },
  });
  if (values.help) return null;
  const number = (name: 'kills' | 'minutes' | 'seed', normal: number): number => {
    const value = values[name] === undefined ? normal : Number(values[name]);
    if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} must be a number above 0`);
    return value;
  };
  const only = values.only?.split(',') ?? null;
  for (const name of only ?? [])
    if (!rows.some((row) => row.name === name)) throw new Error(`there is no row ${name}`);
  return {
    only,
    kills: number('kills', 100),
    minutes: number('minutes', 30),
    seed: number('seed', (Date.now() % 1_000_000) + 1),
    again: values.again,
    keep: values.keep,
  };
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === null) {
    print(usage);
    return 0;
  }
  const results = new Results(join(root, 'proof/results.json'));
  const code = codeVersion(root);
  const outcomes: [Row, RowResult][] = [];
  for (const row of rows.filter(({ name }) => options.only?.includes(name) ?? true)) {
    outcomes.push([row, await finish(row, options, results, code)]);
  }
  print('\n');
  for (const [row, result] of outcomes) describe(row, result);
  return outcomes.some(([, { outcome }]) => outcome === 'failed') ? 1 : 0;
}

/** Runs a row, unless this code passed it before. */
async function finish(row: Row, options: Options, results: Results, code: string | null): Promise<RowResult> {
  const timed = row === soak || row === watchers;
  const shape = timed ? { minutes: options.minutes } : row === kills ? { kills: options.kills } : {};
  const before = code === null ? undefined : results.find(row.name, code, shape);
  if (before !== undefined && !options.again) {
    print(`${row.name}: passed at ${before.finishedAt} with this code (--again runs it once more)\n`);
    return before;
  }
  print(`${row.name}: ${row.claim}\n${row.name}: seed ${options.seed}\n`);
  const parent = join(root, 'proof');
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, `${row.name}-`));
  const startedMs = performance.now();
  const say = (line: string): void =>
    print(`${row.name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${line}\n`);
  const result = await row.run({ ...options, directory, say }).catch((error: unknown): RowResult => {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'failed', figures: {}, problems: [problem] };
  });
  if (result.outcome === 'failed') print(`${row.name}: the journal stays in ${directory}\n`);
  else if (!options.keep) rmSync(directory, { recursive: true, force: true });
  results.add({
    name: row.name,
    ...result,
    code: code ?? 'unversioned',
    options: shape,
    finishedAt: new Date().toISOString(),
    seconds: Math.round((performance.now() - startedMs) / 1000),
  });
  return result;
}

function describe(row: Row, { outcome, figures, problems }: RowResult): void {
  print(`${row.name}: ${outcome.toUpperCase()}: ${row.claim}\n`);
  for (const [figure, value] of Object.entries(figures)) print(`  ${figure.padEnd(34)} ${value}\n`);
  for (const problem of problems) print(`  ! ${problem}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.exitCode = await main();
// A failed row may leave shoppers behind that wait for a node which will not come.
process.exit();
