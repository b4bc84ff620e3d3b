import { createRegistry } from '../../domain/mutations.ts';
import { mintCartId } from '../../http/cart-id.ts';
import { openShop } from '../../http/testing/shop.ts';
import { ProviderDesk } from '../desk.ts';
import { KustomProvider } from '../kustom.ts';
import { Seals } from '../seal.ts';
import { StandIn } from '../stand-in/server.ts';
import type { Answer, Shop } from '../../http/testing/shop.ts';
import type { CheckoutOptions, CheckoutStep } from '../context.ts';
import type { StandInOrder } from '../stand-in/orders.ts';
import type { StandInTrace } from '../stand-in/server.ts';

export const SECRET = 'a secret of thirty-two characters';

/** A shop with a checkout at the stand-in, which is another server of this process. */
export interface CheckoutShop extends Shop {
  readonly desk: ProviderDesk;
  /** Where the stand-in is. */
  readonly baseUrl: string;
  readonly steps: CheckoutStep[];
  readonly alarms: string[];
  /** Calls to the provider and how they ended, in order. */
  readonly calls: string[];
  /** A call to what the stand-in has beside the provider's API. */
  control(method: string, path: string, body?: object): Promise<unknown>;
  fault(fault: string, call?: string, more?: object): Promise<unknown>;
  orders(): Promise<StandInOrder[]>;
  /** In which traces calls came to the provider, in order. */
  traces(): Promise<StandInTrace[]>;
  /** The cart by its id, as bytes. */
  cart(id?: string): Promise<Answer>;
}

const defaults: CheckoutOptions = {
  publicUrl: '',
  validates: true,
  termsUrl: 'https://shop.example/terms',
  pageUrl: 'https://shop.example/checkout',
  confirmationUrl: 'https://shop.example/thanks?order={checkout.order.id}',
  shopUrl: 'https://shop.example',
  locales: { se: 'sv-SE', de: 'de-DE' },
  timeoutMs: 5000,
  priceTtlMs: 60_000,
};

async function controlled(url: string, method: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (answer.status >= 400) throw new Error(`${url}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

export async function openCheckoutShop(
  changes: Partial<CheckoutOptions> = {},
  pushDelaysMs: readonly [number, ...number[]] = [3_600_000],
): Promise<CheckoutShop> {
  const credentials = { user: 'merchant', password: 'secret' };
  const standIn = new StandIn({
    ...credentials,
    loopback: true,
    pushDelaysMs,
    pushForMs: 3_600_000,
    validationMs: 3000,
  });
  const baseUrl = `http://127.0.0.1:${await standIn.listen(0)}`;
  const options = { ...defaults, ...changes };
  const steps: CheckoutStep[] = [];
  const alarms: string[] = [];
  const calls: string[] = [];
  let desk: ProviderDesk | null = null;
  const shop = await openShop({}, {}, undefined, {}, ({ pool, catalog, clock }) => {
    const monotonicMs = (): number => performance.now();
    const done = (call: string, outcome: string): void => void calls.push(`${call} ${outcome}`);
    desk = new ProviderDesk({
      pool,
      catalog,
      clock,
      registry: createRegistry(),
      provider: new KustomProvider({ ...credentials, baseUrl, monotonicMs, done }),
      seals: new Seals(SECRET),
      options,
      mintCartId,
      observer: {
        step: (step) => void steps.push(step),
        failed: () => undefined,
        opened: () => undefined,
        validated: () => undefined,
        ordered: () => undefined,
        alarm: (_cart, _order, reason) => void alarms.push(reason),
      },
    });
    return desk;
  });
  options.publicUrl = `http://127.0.0.1:${shop.port}`;
  const control = (method: string, path: string, body?: object): Promise<unknown> =>
    controlled(`${baseUrl}/stand-in/${path}`, method, body);
  const dispose = shop[Symbol.asyncDispose].bind(shop);
  return Object.assign(shop, {
    desk: desk as unknown as ProviderDesk,
    baseUrl,
    steps,
    alarms,
    calls,
    control,
    fault: (fault: string, call?: string, more: object = {}) =>
      control('POST', 'faults', { fault, ...(call !== undefined && { call }), ...more }),
    orders: () => control('GET', 'orders') as Promise<StandInOrder[]>,
    traces: () => control('GET', 'traces') as Promise<StandInTrace[]>,
    cart: (id = 'c1') => shop.call('GET', `/cart/byid/${id}`),
    async [Symbol.asyncDispose]() {
      await dispose();
      await (desk as unknown as ProviderDesk).close();
      await standIn.close();
    },
  });
}
