import { readFileSync } from 'node:fs';
import Koa from 'koa';
import Router from 'koa-router';
import { createClient } from 'redis';
import { addBody, announce, readJson } from './serve.ts';

/**
 * The cart service that most people would write: koa, koa-router and node-redis. A cart is a hash with one field a line; an add
 * is HGETALL, a change, HSET, with nothing that compares, so that two adds at the same moment lose one. The catalog is a map in memory.
 *
 *     node redis-cart.ts <redis socket> <catalog file>
 *
 * The catalog file: a JSON object from sku to {name, unitPrice, taxRate, image}.
 */
interface Article {
  readonly name: string;
  readonly unitPrice: number;
  readonly taxRate: number;
  readonly image?: string;
}

interface Line extends Article {
  readonly id: number;
  readonly sku: string;
  readonly quantity: number;
  readonly totalPrice: number;
  readonly totalTax: number;
}

const [socket = '', catalogFile = ''] = process.argv.slice(2);
const catalog = new Map(
  Object.entries(JSON.parse(readFileSync(catalogFile, 'utf8')) as Record<string, Article>),
);
const redis = createClient({ socket: { path: socket, tls: false } });
redis.on('error', (error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
});
await redis.connect();

const router = new Router();
router.post('/cart/byid/:id', async (context) => {
  const { sku, quantity } = addBody(await readJson(context.req));
  const article = catalog.get(sku);
  if (article === undefined) {
    context.status = 404;
    return;
  }
  const key = `cart:${context['params']['id'] as string}`;
  const stored = await redis.hGetAll(key);
  const version = Number(stored['version'] ?? 0) + 1;
  const lines = new Map<string, Line>();
  for (const field in stored)
    if (field !== 'version') lines.set(field, JSON.parse(stored[field] ?? '') as Line);
  const line = add(article, sku, quantity, lines);
  lines.set(sku, line);
  await redis.hSet(key, { [sku]: JSON.stringify(line), version: String(version) });
  context.set('ETag', `"${version}"`);
  context.body = cartOf(context['params']['id'] as string, version, [...lines.values()]);
});

function add(article: Article, sku: string, quantity: number, lines: ReadonlyMap<string, Line>): Line {
  const old = lines.get(sku);
  const sum = (old?.quantity ?? 0) + quantity;
  const totalPrice = sum * article.unitPrice;
  const totalTax = Math.round((totalPrice * article.taxRate) / (10_000 + article.taxRate));
  return { id: old?.id ?? lines.size + 1, sku, quantity: sum, ...article, totalPrice, totalTax };
}

function cartOf(id: string, version: number, items: readonly Line[]): object {
  const total = items.reduce((sum, line) => sum + line.totalPrice, 0);
  const tax = items.reduce((sum, line) => sum + line.totalTax, 0);
  const totals = { items: total, deliveries: 0, discount: 0, total, tax };
  return {
    id,
    version,
    currency: 'SEK',
    country: 'se',
    items,
    deliveries: [],
    totals,
    checkout: { status: 'none' },
    warnings: [],
  };
}

const app = new Koa();
app.use(router.routes());
announce(app.listen(0, '127.0.0.1'));
