import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS, startChild } from '../bench.ts';
import { stock } from '../stock.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Weight } from '../resident-carts.ts';

const script = fileURLToPath(new URL('../resident-carts.ts', import.meta.url));

/** What a million resident carts weigh, and how long the garbage collector stops the process for them. */
export const memory: BenchRow = { name: 'memory', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  const carts = bench.quick ? 5000 : 1_000_000;
  const path = join(bench.directory, 'memory');
  await stock(path, carts, bench.say);
  bench.say(`loading ${carts} carts into one process`);
  await using child = startChild(bench, process.execPath, [
    ...NODE_OPTIONS,
    '--expose-gc',
    script,
    `--journal=${path}`,
    `--carts=${carts}`,
    `--load-ms=${bench.quick ? 200 : 20_000}`,
  ]);
  const end = await child.exited;
  if (end !== 'exit code 0') throw new Error(`${child.command}: ${end}\n${child.output}`);
  const weight = JSON.parse(child.output) as Weight;
  const { bytesPerCart, anonymousMiB, rssMiB, longestPauseMs } = weight;
  return [
    {
      name: 'one resident cart with 5 lines',
      value: bytesPerCart,
      unit: 'B',
      bound: { most: 600 },
      aim: 350,
      note: 'heap and external memory, its key and its place in the map included; at rest',
    },
    {
      name: 'RSS with a million resident carts',
      value: anonymousMiB,
      unit: 'MiB',
      bound: { most: 1024 },
      aim: 600,
      note:
        `the process's own memory (RssAnon), ${weight.heapMiB.toFixed(0)} MiB of it V8's heap; ${rssMiB.toFixed(0)} MiB with the pages of the journal's file that are mapped, ` +
        'which the kernel takes back when it needs them',
    },
    {
      name: 'longest GC pause then',
      value: longestPauseMs,
      unit: 'ms',
      bound: { most: 350 },
      aim: 100,
      note:
        `${weight.longestPauseUnderLoadMs.toFixed(1)} ms under load, ` +
        `${weight.fullCollectionMs.toFixed(1)} ms for a forced full collection`,
    },
  ];
}
