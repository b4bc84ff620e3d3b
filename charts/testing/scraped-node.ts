import { systemClock } from '../../node/actor/clock.ts';
import { StandIn } from '../../node/checkout/stand-in/server.ts';
import { readConfig } from '../../node/config.ts';
import { CartNode } from '../../node/node.ts';
import { createLogger } from '../../node/observability/logger.ts';

const CREDENTIALS = { user: 'merchant', password: 'secret' };

/** What Prometheus gets of a cart node that has everything switched on: where nothing has happened yet, and after a checkout. */
export interface ScrapedNode {
  readonly fresh: string;
  readonly used: string;
}

export async function scrapeNode(): Promise<ScrapedNode> {
  const provider = new StandIn({
    ...CREDENTIALS,
    loopback: true,
    pushDelaysMs: [3_600_000],
    pushForMs: 3_600_000,
    validationMs: 1000,
  });
  try {
    return await scrapedWith(`http://127.0.0.1:${await provider.listen(0)}`);
  } finally {
    await provider.close();
  }
}

async function scrapedWith(provider: string): Promise<ScrapedNode> {
  const node = createNode(provider);
  try {
    const { httpPort, adminPort } = await node.start();
    const scrape = (): Promise<string> => asked(`http://127.0.0.1:${adminPort}/metrics`);
    const fresh = await scrape();
    await checkOut(httpPort);
    return { fresh, used: await scrape() };
  } finally {
    await node.stop('test');
  }
}

function createNode(provider: string): CartNode {
  const shop = 'https://shop.example';
  return new CartNode({
    config: readConfig({
      HOST: '127.0.0.1',
      HTTP_PORT: '0',
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: '0',
      GRPC_PORT: '0',
      JOURNAL: 'memory',
      CHECKOUT: 'kustom',
      CHECKOUT_BASE_URL: provider,
      CHECKOUT_USER: CREDENTIALS.user,
      CHECKOUT_PASSWORD: CREDENTIALS.password,
      CHECKOUT_SECRET: 'a-secret-of-thirty-two-characters',
      CHECKOUT_PUBLIC_URL: shop,
      CHECKOUT_PAGE_URL: `${shop}/checkout`,
      CHECKOUT_TERMS_URL: `${shop}/terms`,
      CHECKOUT_CONFIRMATION_URL: `${shop}/thanks?order={checkout.order.id}`,
    }),
    logger: createLogger('silent', 'test'),
    version: '1.2.3',
    clock: systemClock,
    random: Math.random,
    fatal: (error) => {
      throw error;
    },
  });
}

async function checkOut(port: number): Promise<void> {
  const cart = `http://127.0.0.1:${port}/cart/byid/c1`;
  const headers = { 'content-type': 'application/json' };
  await asked(`${cart}/`, { method: 'POST', headers, body: JSON.stringify({ sku: 'TEST-SKU-123' }) });
  await asked(`${cart}/checkout`);
}

async function asked(url: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text;
}
