import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rival, startNode } from '../bench.ts';
import { interleave, throughputRatio, withCpu } from '../interleave.ts';
import { HttpConnection } from '../http-connection.ts';
import { Load } from '../load.ts';
import { products } from '../products.ts';
import { hasRedis, REDIS_MISSING, RedisServer } from '../redis-server.ts';
import { shopper } from '../shopper.ts';
import { median } from '../statistics.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Figure } from '../figure.ts';
import type { Contender, Series } from '../interleave.ts';

const CONNECTIONS = 64;
const names = {
  node: 'cartwright',
  echo: 'echo',
  everysec: 'redis everysec',
  always: 'redis always',
} as const;

/** A durable add, against koa that keeps nothing and against koa with redis. */
export const throughput: BenchRow = { name: 'throughput', run };

async function run(bench: Bench): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startNode(bench, join(bench.directory, 'throughput')));
  const open = async (name: string, port: number, pid: number): Promise<Contender> => {
    const load = await Load.open(port, CONNECTIONS, shopper);
    stack.defer(() => load.close());
    const durationMs = bench.quick ? 100 : 4000;
    return { name, measure: () => withCpu(pid, () => load.closedLoop(durationMs)) };
  };
  const contenders = [await open(names.node, node.httpPort, node.process.pid)];
  const echo = stack.use(await Rival.start(bench, 'echo.ts', [await repliesOf(bench, node.httpPort)]));
  contenders.push(await open(names.echo, echo.port, echo.process.pid));
  if (hasRedis()) {
    const catalog = rivalCatalog(bench);
    for (const fsync of ['everysec', 'always'] as const) {
      const redis = stack.use(await RedisServer.start(bench, fsync));
      const rival = stack.use(await Rival.start(bench, 'redis-cart.ts', [redis.socket, catalog]));
      contenders.push(await open(names[fsync], rival.port, rival.process.pid));
    }
  }
  for (const contender of contenders) await contender.measure();
  const series = await interleave(contenders, bench.quick ? 1 : 9);
  bench.maxPerSecond = median(series[0]?.perSecond ?? []);
  return figuresOf(series);
}

function figuresOf(series: readonly Series[]): Figure[] {
  const of = (name: string): Series | undefined => series.find((one) => one.name === name);
  const ours = of(names.node) as Series;
  const against = (name: string, least: number, aim: number): Figure => {
    const rival = of(name);
    const figure = { name: `durable add ÷ ${name}`, unit: '×', bound: { least }, aim } as const;
    if (rival === undefined) return { ...figure, value: null, note: REDIS_MISSING };
    const note = `${rate(ours)} against ${rate(rival)}`;
    const { p50Ms, p99Ms } = ours;
    return { ...figure, value: throughputRatio(ours, rival), p50Ms, p99Ms, note };
  };
  return [against(names.echo, 0.65, 0.8), against(names.everysec, 1, 1.3), against(names.always, 1, 1.3)];
}

function rate({ name, perSecond, p50Ms, p99Ms }: Series): string {
  return `${name} ${median(perSecond).toFixed(0)}/s (p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)} ms)`;
}

/** A file with the replies that the node gives to one shopper: the echo answers with the very same bytes. */
async function repliesOf(bench: Bench, port: number): Promise<string> {
  const connection = await HttpConnection.open(port);
  const next = shopper();
  const replies: string[] = [];
  for (let line = 0; line < 5; line += 1) {
    const { status, body } = await connection.request(next());
    if (status !== 200) throw new Error(`the node answered ${status}: ${body.toString()}`);
    replies.push(body.toString());
  }
  connection.close();
  const file = join(bench.directory, 'replies.json');
  writeFileSync(file, JSON.stringify(replies));
  return file;
}

function rivalCatalog(bench: Bench): string {
  const file = join(bench.directory, 'rival-catalog.json');
  const articles = products.map(({ sku, name, unitPrice, taxRate, image }) => {
    return [sku, { name, unitPrice, taxRate, image }] as const;
  });
  writeFileSync(file, JSON.stringify(Object.fromEntries(articles)));
  return file;
}
