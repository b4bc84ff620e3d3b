import { join } from 'node:path';
import { startNode } from '../bench.ts';
import { costRatio, cpuRatio, interleave, withCpu } from '../interleave.ts';
import { Load } from '../load.ts';
import { addText } from '../shopper.ts';
import { stock, stockedCart, stockedSkus } from '../stock.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Contender, Stretch } from '../interleave.ts';
import type { Requests } from '../load.ts';

const CONNECTIONS = 64;
/** Carts that are in use; the others only lie in the journal. */
const USED = 1000;

/** What a journal full of other carts costs an add. */
export const journalSize: BenchRow = { name: 'journal-size', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const carts of [bench.quick ? 5000 : 1_000_000, USED]) {
    const path = join(bench.directory, `journal-size-${carts}`);
    await stock(path, carts, bench.say);
    const node = stack.use(await startNode(bench, path));
    const load = await Load.open(node.httpPort, CONNECTIONS, adds);
    stack.defer(() => load.close());
    const { pid } = node.process;
    const measure = (): Promise<Stretch> => withCpu(pid, () => load.closedLoop(bench.quick ? 100 : 3000));
    contenders.push({ name: `${carts} carts`, measure });
    // Every cart in use is claimed once, which is no add's cost.
    await load.each(Math.ceil((2 * USED) / CONNECTIONS));
    await measure();
  }
  const [many, few] = await interleave(contenders, bench.quick ? 1 : 11);
  if (many === undefined || few === undefined) throw new Error('both journals are measured');
  const note =
    `time of an add with every connection busy, ${USED} carts in use in both; ` +
    `CPU time alone ${cpuRatio(many, few).toFixed(2)} ×`;
  return [
    {
      name: 'add with a million carts in the journal ÷ with 1,000',
      value: costRatio(many, few),
      unit: '×',
      bound: { most: 1.15 },
      aim: 1.05,
      p50Ms: many.p50Ms,
      p99Ms: many.p99Ms,
      note,
    },
  ];
}

/** Adds to the carts in use in turn. Each connection has carts of its own. */
function adds(lane: number): Requests {
  let n = 0;
  const own = Math.floor((USED - 1 - lane) / CONNECTIONS) + 1;
  return () => {
    const cart = stockedCart(lane + CONNECTIONS * (n % own));
    const sku = stockedSkus[Math.floor(n / own) % stockedSkus.length] as string;
    n += 1;
    return addText(cart, sku);
  };
}
