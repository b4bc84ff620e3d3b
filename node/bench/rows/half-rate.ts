import { join } from 'node:path';
import { startNode } from '../bench.ts';
import { Load } from '../load.ts';
import { shopper } from '../shopper.ts';
import { median } from '../statistics.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Measured } from '../load.ts';

const CONNECTIONS = 64;

/** Latency of durable adds that come at half of the rate the node can take. */
export const halfRate: BenchRow = { name: 'half-rate', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startNode(bench, join(bench.directory, 'half-rate')));
  const load = await Load.open(node.httpPort, CONNECTIONS, shopper);
  stack.defer(() => load.close());
  await load.closedLoop(bench.quick ? 100 : 4000);
  const most = bench.maxPerSecond ?? (await load.closedLoop(bench.quick ? 100 : 4000)).perSecond;
  const perSecond = most / 2;
  const stretches: Measured[] = [];
  for (let n = 0; n < (bench.quick ? 1 : 5); n += 1)
    stretches.push(await load.openLoop(perSecond, bench.quick ? 200 : 8000));
  const p50Ms = median(stretches.map((one) => one.p50Ms));
  const p99Ms = median(stretches.map((one) => one.p99Ms));
  const worst = Math.max(...stretches.map((one) => one.p99Ms));
  const note = `${perSecond.toFixed(0)} adds a second at fixed moments, each timed from its moment; worst of ${stretches.length} stretches ${worst.toFixed(2)} ms`;
  return [
    {
      name: 'p99 at half of the maximum rate',
      value: p99Ms,
      unit: 'ms',
      bound: { most: 15 },
      aim: 8,
      p50Ms,
      p99Ms,
      note,
    },
  ];
}
