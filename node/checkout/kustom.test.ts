import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { contentOf } from './payload.ts';
import { KustomProvider } from './kustom.ts';
import { ProviderError } from './provider.ts';
import { Seals } from './seal.ts';
import { StandIn } from './stand-in/server.ts';
import { arbitraryCart } from './testing/arbitrary-cart.ts';
import type { AddressInfo } from 'node:net';
import type { Cart } from '../domain/cart.ts';
import type { OrderPayload } from './payload.ts';

const seals = new Seals('a secret of thirty-two characters');
const urls = {
  terms: 'https://shop.example/terms',
  checkout: 'https://shop.example/checkout',
  confirmation: 'https://shop.example/thanks?order={checkout.order.id}',
  push: 'https://shop.example/cart/checkout/push/x?order={checkout.order.id}',
  validation: 'https://shop.example/cart/checkout/validation/x?order={checkout.order.id}',
};
const never = { signal: new AbortController().signal };

function payloadOf(cart: Cart): OrderPayload {
  return seals.payload(cart.id, contentOf(cart, urls, { locales: {}, shopUrl: 'https://shop.example' }));
}

function providerAt(baseUrl: string, password = 'p'): KustomProvider {
  return new KustomProvider({
    baseUrl,
    user: 'u',
    password,
    monotonicMs: () => performance.now(),
    done: () => undefined,
  });
}

describe('the provider’s API', function () {
  this.timeout(60_000);

  it('takes any cart over HTTP, as an order and as an update of one, and gives back what was signed', async () => {
    const standIn = new StandIn({
      user: 'u',
      password: 'p',
      loopback: false,
      pushDelaysMs: [1000],
      pushForMs: 1,
      validationMs: 1,
    });
    const provider = providerAt(`http://127.0.0.1:${await standIn.listen(0)}`);
    try {
      await fc.assert(
        fc.asyncProperty(arbitraryCart, arbitraryCart, async (cart, changed) => {
          const { order_id: id } = await provider.create(payloadOf(cart), never);
          const payload = payloadOf(changed);
          const updated = await provider.update(id, payload, never);
          assert.ok(typeof updated === 'object');
          assert.equal(updated.order_amount, changed.totals.total);
          const read = await provider.read(id, never);
          assert.ok(typeof read === 'object' && seals.hashIn('c', read) !== null);
        }),
        { numRuns: 150 },
      );
    } finally {
      await provider.close();
      await standIn.close();
    }
  });

  it('is left alone where it answers too much, or with another order than it was asked for', async () => {
    let body = `"${'x'.repeat(5 << 20)}"`;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const provider = providerAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const failed = (error: unknown): boolean => error instanceof ProviderError && error.failure === 'failed';
    try {
      await assert.rejects(provider.read('o1', never), failed);
      const order = {
        order_id: 'o2',
        status: 's',
        html_snippet: 'h',
        order_amount: 1,
        purchase_currency: 'SEK',
      };
      body = JSON.stringify(order);
      await assert.rejects(provider.read('o1', never), failed);
      assert.equal(typeof (await provider.read('o2', never)), 'object');
      body = JSON.stringify({ ...order, order_amount: 1.5 });
      await assert.rejects(provider.read('o2', never), /order_amount/);
    } finally {
      await provider.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
