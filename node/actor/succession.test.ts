import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeRecord } from './record.ts';
import { finishSuccession } from './succession.ts';
import { add, harness, settled } from './testing/fixtures.ts';
import type { Cart, Line } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { Fault } from './testing/faulty-journal.ts';
import type { Harness } from './testing/fixtures.ts';

const carts = ['s', 't', 'u'] as const;

type Step = readonly [
  what: 'add' | 'merge' | 'approve' | 'pay' | 'order' | 'merge on' | 'read' | 'purge' | 'crash',
  cart: string,
  other: string,
  sku: string,
  quantity: number,
];

/** A shop whose carts are filled, merged, paid for and merged on, by shoppers who give up when something fails. */
class Story {
  readonly #acknowledged: string[] = [];
  /** What was approved to be paid, by cart. */
  readonly #approved = new Map<string, readonly Line[]>();
  #minted = 0;
  #now: Harness;

  constructor(now: Harness) {
    this.#now = now;
  }

  async make([what, cart, other, sku, quantity]: Step): Promise<void> {
    const { pool, clock } = this.#now;
    if (what === 'add') {
      await pool.apply(cart, { mutation: add(sku, quantity) });
      this.#acknowledged.push(`${cart} ${sku} ${quantity}`);
    }
    if (what === 'merge') await this.#merge(other, cart);
    if (what === 'approve') await this.#approve(cart);
    if (what === 'pay') await this.#pay(cart);
    // The whole of a checkout, with something that comes too late for the order.
    if (what === 'order') {
      await this.#approve(cart);
      await this.make(['add', cart, other, sku, quantity]);
      await this.#pay(cart);
    }
    if (what === 'merge on') {
      const { checkout } = await pool.read(cart);
      // Nobody is told of the cart that follows before it has what it shall.
      if (checkout.succession?.lines.length === 0) await this.#merge(other, checkout.succession.cartId);
    }
    if (what === 'read') await finishSuccession(pool, await pool.read(cart));
    if (what === 'purge') {
      clock.advance(6000);
      pool.purge();
    }
  }

  async crash(): Promise<void> {
    await this.#now.journal.closeSession(this.#now.session);
    this.#now = await this.#now.another();
  }

  /** Somebody comes by every cart, and what they have by then is what was put into them. */
  async judge(): Promise<void> {
    const { pool, journal } = this.#now;
    const ends: Cart[] = [];
    // Orders first have what they left finished, then nothing is on its way.
    await this.#comeBy();
    await this.#comeBy();
    for (const id of carts) {
      const cart = await pool.read(id);
      const next = cart.checkout.succession?.cartId;
      ends.push(cart, ...(next === undefined ? [] : [await pool.read(next)]));
    }
    const made: string[] = [];
    for (const id of carts) {
      const read = await journal.history(id, 1);
      if (read.status !== 'ok') continue;
      for (const { mutation } of read.records.flatMap(({ record }) => decodeRecord(record).applied))
        if (mutation.type === 'AddItem')
          made.push(`${id} ${mutation.message.product.sku} ${mutation.message.quantity}`);
    }
    const have: Record<string, number> = {};
    for (const { product, quantity } of ends.flatMap(({ lines }) => lines))
      have[product.sku] = (have[product.sku] ?? 0) + quantity;
    const put: Record<string, number> = {};
    for (const [, sku = '', quantity] of made.map((text) => text.split(' ')))
      put[sku] = (put[sku] ?? 0) + Number(quantity);
    assert.deepEqual(have, put);
    for (const text of new Set(this.#acknowledged)) {
      const count = (list: readonly string[]): number => list.filter((one) => one === text).length;
      assert.ok(count(made) >= count(this.#acknowledged), `${text} was acknowledged`);
    }
    for (const { id, merging, checkout } of ends) {
      assert.notEqual(merging?.done, false, `${id} stays frozen`);
      assert.deepEqual(checkout.succession?.lines ?? [], [], `${id} still has what is another cart’s`);
    }
  }

  /** The carts that follow are carts too: one may have been frozen for a merge whose target never heard of it, so that it takes who comes by it. */
  async #comeBy(): Promise<void> {
    const { pool } = this.#now;
    for (const id of carts) {
      const { checkout } = await finishSuccession(pool, await pool.read(id));
      if (checkout.succession !== undefined) await pool.read(checkout.succession.cartId);
    }
    await settled();
  }

  async #merge(target: string, sourceId: string): Promise<void> {
    const message = { sourceId, strategy: 'MERGE_STRATEGY_SUM' } as const;
    await this.#now.pool.apply(target, { mutation: { type: 'Merge', message } });
  }

  async #approve(id: string): Promise<void> {
    const { pool } = this.#now;
    const { version, lines } = await pool.read(id);
    if (lines.length === 0) return;
    const message = {
      orderId: `order of ${id}`,
      status: 'checkout_incomplete',
      payloadHash: Uint8Array.of(1),
      cartVersion: version,
      paymentInProgress: true,
    };
    await pool.apply(id, { mutation: { type: 'InitializeCheckout', message }, ifVersion: [version] });
    this.#approved.set(id, lines);
  }

  async #pay(id: string): Promise<void> {
    const { pool } = this.#now;
    const lines = this.#approved.get(id);
    if (lines === undefined) return;
    let cart = await pool.read(id);
    if (cart.checkout.status !== 'CHECKOUT_ORDERED') {
      const message = {
        orderId: `order of ${id}`,
        status: 'AUTHORIZED',
        paid: { lines, deliveries: [] },
        successorId: `next-${(this.#minted += 1)}`,
      };
      const mutation: Mutation = { type: 'OrderCreated', message };
      cart = (await pool.apply(id, { mutation })).cart;
    }
    await finishSuccession(pool, cart);
  }
}

describe('carts that are merged, ordered and merged on', function () {
  this.timeout(180_000);

  it('lose and double nothing, whatever fails, and none stays in between', async () => {
    const cart = fc.constantFrom(...carts);
    const step: fc.Arbitrary<Step> = fc.tuple(
      fc.constantFrom(
        'add',
        'merge',
        'merge',
        'approve',
        'pay',
        'order',
        'order',
        'merge on',
        'read',
        'purge',
        'crash',
      ),
      cart,
      cart,
      fc.constantFrom('A', 'B'),
      fc.integer({ min: 1, max: 9 }),
    );
    const fault = fc.constantFrom<Fault>(
      'none',
      'none',
      'none',
      'refuse',
      'lose-answer',
      'die-before',
      'die-after',
    );
    const story = fc.record({
      steps: fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 14 }),
      faults: fc.array(fault, { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ steps, faults }) => {
        const first = await harness();
        const told = new Story(first);
        for (const id of carts) await told.make(['add', id, id, 'A', 2]);
        first.journal.faults.push(...faults);
        for (const together of steps) {
          // What hangs belongs to a process that is gone.
          for (const one of together) void told.make(one).catch(() => undefined);
          await settled();
          if (together.some(([what]) => what === 'crash')) await told.crash();
        }
        // The last life has no faults.
        first.journal.faults.splice(0);
        await told.crash();
        await told.judge();
      }),
      { numRuns: 600 },
    );
  });
});
