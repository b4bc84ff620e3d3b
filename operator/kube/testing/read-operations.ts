import { fieldMatcher, labelMatcher } from './selectors.ts';
import { Refusal } from './write-operations.ts';
import type { Collection } from './collections.ts';
import type { FakeRequest } from './faults.ts';
import type { Matcher } from './selectors.ts';
import type { KubeObject } from '../object.ts';

const PAGES_MAX = 100;

interface Rest {
  readonly items: readonly KubeObject[];
  readonly version: number;
  readonly collection: Collection;
}

export function matcherOf({ namespace, query }: FakeRequest): Matcher {
  const labels = labelMatcher(query.get('labelSelector') ?? '');
  const fields = fieldMatcher(query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && labels(object) && fields(object);
}

/** What is left of lists that were cut into pages: each as it was when the first page was asked for. */
export class Pages {
  readonly #rest = new Map<string, Rest>();
  #last = 0;

  /** The items leave out what the list says for all of them. */
  list(collection: Collection, request: FakeRequest, current: number): object {
    const { resource } = collection;
    const { items, version } = this.#items(collection, request, current);
    const limit = Number(request.query.get('limit') ?? 0);
    const page = limit === 0 ? items : items.slice(0, limit);
    const rest = items.slice(page.length);
    return {
      apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
      kind: `${resource.kind}List`,
      metadata: {
        resourceVersion: String(version),
        ...(rest.length > 0 && {
          continue: this.#keep({ items: rest, version, collection }),
          remainingItemCount: rest.length,
        }),
      },
      items: page.map(({ apiVersion: _, kind: __, ...item }) => item),
    };
  }

  /** The versions of lists that have begun are gone. */
  compact(): void {
    this.#rest.clear();
  }

  #items(collection: Collection, request: FakeRequest, current: number): Omit<Rest, 'collection'> {
    const token = request.query.get('continue');
    if (token === null) return { items: collection.list().filter(matcherOf(request)), version: current };
    const rest = this.#rest.get(token);
    this.#rest.delete(token);
    if (rest?.collection === collection) return rest;
    throw new Refusal(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result.',
    );
  }

  #keep(rest: Rest): string {
    this.#last += 1;
    const token = `page-${this.#last}`;
    this.#rest.set(token, rest);
    if (this.#rest.size > PAGES_MAX) this.#rest.delete(this.#rest.keys().next().value ?? '');
    return token;
  }
}
