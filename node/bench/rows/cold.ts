import { join } from 'node:path';
import { CartNode } from '../../proof/cart-node.ts';
import { nodeOptionsOf } from '../bench.ts';
import { HttpConnection, requestText } from '../http-connection.ts';
import { addText } from '../shopper.ts';
import { latencyOf, median } from '../statistics.ts';
import { stock, stockedCart, stockedSkus } from '../stock.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Latency } from '../statistics.ts';

/** A node over a journal with a million carts: how soon it serves, and how fast a cart comes that is not in memory. */
export const cold: BenchRow = { name: 'cold', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  const carts = bench.quick ? 5000 : 1_000_000;
  const path = join(bench.directory, 'cold');
  await stock(path, carts, bench.say);
  const starts: number[] = [];
  for (let n = 0; n < (bench.quick ? 1 : 5); n += 1) starts.push(await startSeconds(bench, path));
  await using node = await CartNode.start(nodeOptionsOf(bench, path));
  const connection = await HttpConnection.open(node.httpPort);
  const count = bench.quick ? 50 : 5000;
  const order = (n: number): string => stockedCart((n * 7919) % carts);
  const reads = await latencies(connection, count, (n) => requestText('GET', `/cart/byid/${order(n)}`));
  const adds = await latencies(connection, count, (n) => addText(order(count + n), stockedSkus[0] as string));
  connection.close();
  const note =
    'GET of a cart of five lines that is not in memory, one after the other; a first add to such a cart, ' +
    `durable, takes p50 ${adds.p50Ms.toFixed(2)}, p99 ${adds.p99Ms.toFixed(2)} ms`;
  return [
    { name: 'cold load of a cart, p50', value: reads.p50Ms, unit: 'ms', bound: { most: 1 }, ...reads, note },
    {
      name: 'start with a million carts in the journal',
      value: median(starts),
      unit: 's',
      bound: { most: 2 },
      note: `from the start of the process to /readyz 200; worst of ${starts.length}: ${Math.max(...starts).toFixed(2)} s`,
    },
  ];
}

async function startSeconds(bench: Bench, path: string): Promise<number> {
  const startedMs = performance.now();
  await using node = await CartNode.start(nodeOptionsOf(bench, path));
  const seconds = (performance.now() - startedMs) / 1000;
  await node.process.stop();
  return seconds;
}

async function latencies(
  connection: HttpConnection,
  count: number,
  text: (n: number) => string,
): Promise<Latency> {
  const millis: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedMs = performance.now();
    const { status, body } = await connection.request(text(n));
    if (status !== 200) throw new Error(`the node answered ${status}: ${body.toString('utf8', 0, 500)}`);
    millis.push(performance.now() - startedMs);
  }
  return latencyOf(millis);
}
