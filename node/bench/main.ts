import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pinLoad } from './cores.ts';
import { tableOf } from './figure.ts';
import { writeCatalog } from './products.ts';
import { cartGrowth } from './rows/cart-growth.ts';
import { cold } from './rows/cold.ts';
import { halfRate } from './rows/half-rate.ts';
import { journalSize } from './rows/journal-size.ts';
import { memory } from './rows/memory.ts';
import { throughput } from './rows/throughput.ts';
import type { Bench, BenchRow } from './bench.ts';
import type { Figure } from './figure.ts';

const rows: readonly BenchRow[] = [throughput, halfRate, memory, journalSize, cartGrowth, cold];
const cache = join(import.meta.dirname, '../../.cache/bench');

const usage = `Speed and memory of a node, against rivals of the same run.

  --only=<rows>   some of: ${rows.map(({ name }) => name).join(', ')}
  --quick         a few requests each: shows that the bench works, its figures mean nothing
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(usage);
    return;
  }
  const chosen = chosenRows(values.only);
  mkdirSync(cache, { recursive: true });
  // Inside the checkout, not in the system's folder for temporary files: that may be memory, and a flush to it would cost nothing.
  const directory = mkdtempSync(join(cache, 'run-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const cores = pinLoad();
  const catalog = writeCatalog(directory);
  const bench: Bench = { cores, directory, catalog, quick: values.quick, say, maxPerSecond: null };
  print(`${cores.description}\n`);
  const figures: Figure[] = [];
  for (const row of chosen) {
    say(`measuring ${row.name}`);
    figures.push(...(await figuresOf(row, bench)));
  }
  print(`\n${tableOf(figures)}\n`);
  record(values.quick ? 'quick' : 'latest', cores.description, figures);
}

/** A row that fails costs its own figures, not those of the others: the whole takes a third of an hour. */
async function figuresOf(row: BenchRow, bench: Bench): Promise<readonly Figure[]> {
  try {
    const figures = await row.run(bench);
    for (const { name, value, unit } of figures) say(`${name}: ${value?.toPrecision(3) ?? '-'} ${unit}`);
    return figures;
  } catch (error) {
    process.exitCode = 1;
    say(`${row.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return [];
  }
}

function chosenRows(only: string | undefined): readonly BenchRow[] {
  if (only === undefined) return rows;
  return only.split(',').map((name) => {
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw new Error(`there is no row ${name}; --help lists them`);
    return row;
  });
}

function record(name: string, cores: string, figures: readonly Figure[]): void {
  const file = join(cache, `${name}.json`);
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version, cores };
  const result = { at: new Date().toISOString(), commit: commit(), machine, figures };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  print(`also in ${file}\n`);
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function say(text: string): void {
  print(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
