import { CatalogUnavailableError } from '../catalog/port.ts';
import { Rejection } from '../domain/rejection.ts';
import { RetriableError } from './errors.ts';
import type { Answer, Catalog } from '../catalog/port.ts';
import type { DeliveryOption } from '../domain/cart.ts';
import type { Messages, Mutation } from '../domain/mutation.ts';

/** A catalog that must be asked over the network gets no more than this many questions of one request together. */
const ASKED_AT_ONCE = 16;

/**
 * Turns a wish into a mutation that carries the catalog's answers, so that replay never asks again.
 *
 * AddRequest becomes AddItem; SetCartRequest, SetDelivery and the parts of a Batch are filled in; everything else passes. Synchronous where
 * the catalog's answers are at hand. Throws or rejects with {@link Rejection} for what the catalog doesn't know, and with
 * {@link RetriableError} when it gives no answer. `country` is the cart's: deliveries are priced for it.
 */
export function complete(
  catalog: Catalog,
  mutation: Mutation,
  country: string,
): Mutation | Promise<Mutation> {
  switch (mutation.type) {
    case 'AddRequest':
      return then(item(catalog, mutation.message, ''), (message) => ({ type: 'AddItem', message }));
    case 'SetCartRequest': {
      const { items } = mutation.message;
      const answers = all(items.map((wish, index) => () => item(catalog, wish, `items[${index}].`)));
      return then(answers, (resolved) => ({ type: 'SetCartRequest', message: { items, resolved } }));
    }
    case 'SetDelivery': {
      const { message } = mutation;
      return then(delivery(catalog, message.provider, country), (resolved) => {
        return { type: 'SetDelivery', message: { ...message, resolved } };
      });
    }
    case 'Batch':
      return then(batch(catalog, mutation.message.mutations, country), (mutations) => {
        return { type: 'Batch', message: { mutations } };
      });
    default:
      return mutation;
  }
}

/** A part that sets the cart asks many questions by itself: with such parts it is one part after the other. */
function batch(
  catalog: Catalog,
  mutations: readonly Mutation[],
  country: string,
): Mutation[] | Promise<Mutation[]> {
  const sets = mutations.some(({ type }) => type === 'SetCartRequest');
  return all(parts(catalog, mutations, country), sets ? 1 : ASKED_AT_ONCE);
}

/** A delivery within a batch is priced for the country that the lines before it are for. */
function parts(
  catalog: Catalog,
  mutations: readonly Mutation[],
  country: string,
): (() => Mutation | Promise<Mutation>)[] {
  let current = country;
  return mutations.map((mutation, index) => {
    if (mutation.type === 'AddRequest') current = mutation.message.country;
    if (mutation.type === 'SetCartRequest') current = mutation.message.items[0]?.country ?? current;
    const countryHere = current;
    return () => pointing(`mutations[${index}]`, () => complete(catalog, mutation, countryHere));
  });
}

function item(
  catalog: Catalog,
  wish: Messages['AddRequest'],
  path: string,
): Messages['AddItem'] | Promise<Messages['AddItem']> {
  const answer = asked(() => catalog.product(wish));
  return then(answer, (found) => {
    if (found.status === 'unknown')
      throw new Rejection('missing', 'unknown-sku', found.detail, {
        field: `${path}${found.field ?? 'sku'}`,
      });
    return { product: found.value, quantity: wish.quantity };
  });
}

function delivery(
  catalog: Catalog,
  provider: string,
  country: string,
): DeliveryOption | Promise<DeliveryOption> {
  const answer = asked(() => catalog.delivery({ provider, country }));
  return then(answer, (found) => {
    if (found.status === 'found') return found.value;
    throw new Rejection('missing', 'unknown-delivery-provider', found.detail, { field: 'provider' });
  });
}

/** The catalog's answer, with its failure told as what it means for a mutation. */
function asked<T>(ask: () => Answer<T> | Promise<Answer<T>>): Answer<T> | Promise<Answer<T>> {
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(unanswered) : answer;
  } catch (error) {
    return unanswered(error);
  }
}

function unanswered(error: unknown): never {
  if (!(error instanceof CatalogUnavailableError)) throw error;
  throw new RetriableError(
    'catalog-unavailable',
    'the catalog gives no answer at the moment',
    error.retryAfterMs,
    {
      cause: error,
    },
  );
}

/** Rejections of a batch's part name its place. */
function pointing<T>(path: string, run: () => T | Promise<T>): T | Promise<T> {
  const fail = (error: unknown): never => {
    throw error instanceof Rejection ? error.within(path) : error;
  };
  try {
    const result = run();
    return result instanceof Promise ? result.catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}

function then<T, U>(value: T | Promise<T>, map: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(map) : map(value);
}

/** All answers in order; at once where none has to be waited for. At most `atOnce` are waited for together. */
function all<T>(asks: readonly (() => T | Promise<T>)[], atOnce = ASKED_AT_ONCE): T[] | Promise<T[]> {
  const answers: T[] = [];
  for (const [index, ask] of asks.entries()) {
    const answer = ask();
    if (answer instanceof Promise) return wait(answers, answer, asks.slice(index + 1), atOnce);
    answers.push(answer);
  }
  return answers;
}

async function wait<T>(
  answers: T[],
  first: Promise<T>,
  rest: readonly (() => T | Promise<T>)[],
  atOnce: number,
): Promise<T[]> {
  answers.push(await first);
  for (let at = 0; at < rest.length; at += atOnce) {
    answers.push(...(await Promise.all(rest.slice(at, at + atOnce).map(async (ask) => ask()))));
  }
  return answers;
}
