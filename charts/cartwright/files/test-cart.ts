// `helm test`: makes a cart through the client Service, reads it back and empties it. Runs in the cart node's image, as one process without rights.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

interface Cart {
  readonly id: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

const url = process.env['CART_URL'] ?? '';
const sku = process.env['SKU'] ?? '';
const country = process.env['COUNTRY'] ?? '';
const timeoutSeconds = Number(process.env['TIMEOUT_SECONDS']);
const QUANTITY = 2;
const REQUEST_MS = 5000;
const PAUSE_MS = 1000;
const deadlineMs = Date.now() + timeoutSeconds * 1000;

let cookie = '';

/** An answer that asking again would not change. */
class FinalAnswer extends Error {}

/** Asks until there is an answer: a CartCluster may not be ready yet, or be so busy that it does not know an outcome. A change happens once, as each attempt bears the same key. */
async function request(method: 'GET' | 'POST', path: string, body?: object): Promise<Cart> {
  const key = randomUUID();
  for (;;) {
    try {
      return await attempt(method, path, key, body);
    } catch (error) {
      if (error instanceof FinalAnswer) throw error;
      if (Date.now() + PAUSE_MS > deadlineMs)
        throw new Error(`${method} ${url}${path}: not done within ${timeoutSeconds} s`, { cause: error });
      await sleep(PAUSE_MS);
    }
  }
}

async function attempt(method: 'GET' | 'POST', path: string, key: string, body?: object): Promise<Cart> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(cookie !== '' && { cookie }),
      ...(method === 'POST' && { 'idempotency-key': key }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await response.text();
  if (!response.ok) {
    const said = `${method} ${path} answered ${response.status}: ${text}`;
    throw response.status >= 500 || response.status === 429 ? new Error(said) : new FinalAnswer(said);
  }
  const [given] = response.headers.getSetCookie();
  if (given !== undefined) cookie = given.slice(0, given.indexOf(';'));
  return JSON.parse(text) as Cart;
}

/** An error and what it comes from: fetch hides there what is wrong with the network. */
function told(error: unknown): string {
  const { message, cause } = error as Error;
  return cause === undefined ? message : `${message}: ${told(cause)}`;
}

function check(holds: boolean, sentence: string, cart: Cart): void {
  if (!holds) throw new Error(`not so: ${sentence}. The cart is ${JSON.stringify(cart)}`);
  process.stdout.write(`${sentence}\n`);
}

try {
  const empty = await request('GET', '/cart/');
  check(empty.items.length === 0, 'a new cart is empty', empty);
  await request('POST', '/cart/', { sku, quantity: QUANTITY, country });
  const cart = await request('GET', '/cart/');
  check(cart.id === empty.id, 'it is the same cart when it is read back', cart);
  const [line, ...others] = cart.items;
  const isAsOrdered = line?.sku === sku && line.quantity === QUANTITY && others.length === 0;
  check(isAsOrdered, `it has ${QUANTITY} of ${sku}`, cart);
  await request('POST', '/cart/clear');
  const cleared = await request('GET', '/cart/');
  check(cleared.items.length === 0, 'it is empty again', cleared);
} catch (error) {
  process.stderr.write(`${told(error)}\n`);
  process.exitCode = 1;
}
