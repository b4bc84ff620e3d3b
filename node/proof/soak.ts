import { join } from 'node:path';
import { CartNode } from './cart-node.ts';
import { pause } from './child.ts';
import { countOf } from './history-checker.ts';
import { HttpClient } from './http-client.ts';
import { keepHistory } from './kills.ts';
import { sampleProcess } from './process-sample.ts';
import { Random } from './random.ts';
import { resultOf } from './row.ts';
import { Gate, Shoppers } from './shoppers.ts';
import { riseOf } from './trend.ts';
import { readAll, verify } from './verify.ts';
import type { ProcessSample } from './process-sample.ts';
import type { Row, RowContext, RowResult } from './row.ts';

/** Rise of the fitted line over the second half of the run, as a share of its mean, that counts as flat. */
const FLAT = { memory: 0.05, handles: 0.05 } as const;
const SAMPLES = 120;
/** Small, so that carts leave memory all the time and the pool's bound holds it flat. */
const POOL_SIZE = 2000;

const load = {
  shoppers: 12,
  hotCarts: 4,
  carts: 500,
  mutationsPerCart: 30,
  mutationsPerHotCart: 1500,
  thinkMs: 15,
} as const;

/** Mixed load over a long time. */
export const soak: Row = {
  name: 'soak',
  claim: 'mixed load for long: memory and handles flat, no 5xx but shed ones, nothing lost or doubled',
  run,
};

async function run(context: RowContext): Promise<RowResult> {
  const journalPath = join(context.directory, 'journal');
  const gate = new Gate();
  const shoppers = new Shoppers(gate, new Random(context.seed), load);
  const problems: string[] = [];
  const samples: ProcessSample[] = [];
  let views;
  {
    await using node = await CartNode.start({
      journalPath,
      env: { ...keepHistory, POOL_SIZE: String(POOL_SIZE) },
    });
    using client = new HttpClient({ port: node.httpPort, connections: load.shoppers, timeoutMs: 15_000 });
    gate.open(client);
    shoppers.start();
    const everyMs = (context.minutes * 60_000) / SAMPLES;
    for (let n = 1; n <= SAMPLES; n += 1) {
      await Promise.race([pause(everyMs), node.process.exited]);
      if (!node.process.running) throw new Error(`the node ended: ${node.process.output}`);
      samples.push(sampleProcess(node.process.pid));
      if (n % (SAMPLES / 10) === 0) context.say(describeSample(samples.at(-1), shoppers.acknowledged));
    }
    await shoppers.stop();
    views = await readAll(client, shoppers.books);
    const end = await node.process.stop();
    if (end !== 'exit code 0') problems.push(`the node ended with ${end}`);
  }
  const verdict = await verify(journalPath, shoppers.books, views);
  const findings = [...shoppers.staleReads, ...verdict.findings];
  const rises = risesOf(samples);
  if (rises.anonymous > FLAT.memory) problems.push(`memory rose by ${percent(rises.anonymous)}`);
  if (rises.handles > FLAT.handles) problems.push(`handles rose by ${percent(rises.handles)}`);
  problems.push(...serverErrors(shoppers.tally));
  const figures = {
    minutes: context.minutes,
    acknowledged: shoppers.acknowledged,
    carts: verdict.carts,
    'rise of anonymous memory': percent(rises.anonymous),
    'rise of resident memory, pages of the journal’s file included': percent(rises.rss),
    'rise of open handles': percent(rises.handles),
    'last sample': describeSample(samples.at(-1), shoppers.acknowledged),
    lost: countOf(findings, 'lost'),
    doubled: countOf(findings, 'doubled'),
    gaps: countOf(findings, 'gap'),
    answers: JSON.stringify(shoppers.tally),
  };
  return resultOf(figures, findings, problems);
}

function risesOf(samples: readonly ProcessSample[]): Record<'anonymous' | 'rss' | 'handles', number> {
  const rise = (of: (sample: ProcessSample) => number): number =>
    riseOf(samples.map((sample, x) => ({ x, y: of(sample) })));
  return {
    anonymous: rise(({ anonymousMiB }) => anonymousMiB),
    rss: rise(({ rssMiB }) => rssMiB),
    handles: rise(({ handles }) => handles),
  };
}

/** 503 is how a node sheds load; any other 5xx, and every missing answer, is a failure. */
function serverErrors(tally: Readonly<Record<string, number>>): string[] {
  return Object.entries(tally)
    .filter(([label]) => /^(read: )?5(?!03)\d\d/.test(label) || /no answer|not sent/.test(label))
    .map(([label, count]) => `${count} answers: ${label}`);
}

function describeSample(sample: ProcessSample | undefined, acknowledged: number): string {
  if (sample === undefined) return 'no sample';
  const { anonymousMiB, rssMiB, handles } = sample;
  return (
    `${anonymousMiB.toFixed(0)} MiB anonymous, ${rssMiB.toFixed(0)} MiB resident, ${handles} handles, ` +
    `${acknowledged} mutations acknowledged`
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
