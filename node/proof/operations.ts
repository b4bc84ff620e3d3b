import { signatures } from './signature.ts';
import type { CartBook, CartView } from './cart-book.ts';
import type { Call } from './http-client.ts';
import type { Random } from './random.ts';

/** One mutation as a shopper asks for it. */
export interface Operation {
  readonly call: Call;
  readonly signature: string;
}

export const SKUS = ['TEST-SKU-123', 'TEST-SKU-456', 'TEST-SKU-AAA', 'TEST-SKU-BBB', 'TEST-SKU-XYZ'] as const;
const COUNTRY = 'se';
const PROVIDER = 'standard';
/** Far below the limit of a line, so that repeated adds of one article are not refused. */
const QUANTITY = 3;

export const cartPath = (id: string): string => `/cart/byid/${id}`;

export function addOf(cart: string, sku: string, quantity: number): Operation {
  return {
    call: { method: 'POST', path: cartPath(cart), body: { sku, quantity, country: COUNTRY } },
    signature: signatures.add(sku, quantity),
  };
}

/** A mutation that fits the cart as it was last seen; most are adds, as with shoppers. */
export function anyOperation(book: CartBook, random: Random): Operation {
  const { id, view } = book;
  const line = view.items.length > 0 ? random.pick(view.items).id : null;
  const delivery = view.deliveries.length > 0 ? random.pick(view.deliveries).id : null;
  const dice = random.next();
  if (dice < 0.1 && line !== null) return changeOf(id, line, random.between(1, QUANTITY));
  if (dice < 0.15 && line !== null) return removeOf(id, line);
  if (dice < 0.18) return setOf(id, random);
  if (dice < 0.19) return clearOf(id);
  if (dice < 0.23 && line !== null && view.deliveries.length < 10) return deliverOf(id, view);
  if (dice < 0.26 && delivery !== null) return pickupOf(id, delivery, `PUP${random.between(1, 99)}`);
  if (dice < 0.28 && delivery !== null) return undeliverOf(id, delivery);
  if (dice < 0.35) return batchOf(id, random);
  return addOf(id, random.pick(SKUS), random.between(1, QUANTITY));
}

function changeOf(cart: string, id: number, quantity: number): Operation {
  return {
    call: { method: 'PUT', path: cartPath(cart), body: { id, quantity } },
    signature: signatures.quantity(id, quantity),
  };
}

function removeOf(cart: string, id: number): Operation {
  return {
    call: { method: 'DELETE', path: `${cartPath(cart)}/${id}` },
    signature: signatures.remove(id),
  };
}

function setOf(cart: string, random: Random): Operation {
  const items = SKUS.slice(0, random.between(1, SKUS.length)).map((sku) => ({
    sku,
    quantity: random.between(1, QUANTITY),
    country: COUNTRY,
  }));
  return {
    call: { method: 'POST', path: `${cartPath(cart)}/set`, body: { items } },
    signature: signatures.set(items),
  };
}

function clearOf(cart: string): Operation {
  return { call: { method: 'POST', path: `${cartPath(cart)}/clear` }, signature: signatures.clear };
}

function batchOf(cart: string, random: Random): Operation {
  const items = Array.from({ length: random.between(2, 4) }, () => ({
    sku: random.pick(SKUS),
    quantity: random.between(1, QUANTITY),
  }));
  const mutations = items.map((item) => ({ type: 'AddRequest', ...item, country: COUNTRY }));
  return {
    call: { method: 'POST', path: `${cartPath(cart)}/batch`, body: { mutations } },
    signature: signatures.batch(items.map(({ sku, quantity }) => signatures.add(sku, quantity))),
  };
}

function deliverOf(cart: string, { items }: CartView): Operation {
  const lines = items.slice(0, 2).map(({ id }) => id);
  return {
    call: { method: 'POST', path: `${cartPath(cart)}/delivery`, body: { provider: PROVIDER, items: lines } },
    signature: signatures.deliver(PROVIDER, lines),
  };
}

function pickupOf(cart: string, delivery: number, point: string): Operation {
  return {
    call: {
      method: 'PUT',
      path: `${cartPath(cart)}/delivery/${delivery}/pickupPoint`,
      body: { id: point, name: 'Locker 5', city: 'Stockholm', zip: '11122', country: 'SE' },
    },
    signature: signatures.pickup(delivery, point),
  };
}

function undeliverOf(cart: string, delivery: number): Operation {
  return {
    call: { method: 'DELETE', path: `${cartPath(cart)}/delivery/${delivery}` },
    signature: signatures.undeliver(delivery),
  };
}
