import { createRegistry } from '../../domain/mutations.ts';
import { MemoryJournal } from '../../journal/memory.ts';
import { CatalogUnavailableError } from '../../catalog/port.ts';
import { GroupCommit } from '../group-commit.ts';
import { LocalGrainPool, poolDefaults } from '../local-pool.ts';
import { FaultyJournal } from './faulty-journal.ts';
import { ManualClock } from './manual-clock.ts';
import type { Answer, Catalog, ProductQuery } from '../../catalog/port.ts';
import type { DeliveryOption, Product } from '../../domain/cart.ts';
import type { Mutation } from '../../domain/mutation.ts';
import type { Session } from '../../journal/port.ts';
import type { PoolOptions } from '../local-pool.ts';

/** An article at 199.00 with 25 % tax. */
export function aProduct(sku = 'A', overrides: Partial<Product> = {}): Product {
  return {
    sku,
    name: `Article ${sku}`,
    unitPrice: 19_900,
    unitDiscount: 0,
    taxRate: 2500,
    currency: 'SEK',
    country: 'se',
    type: 'physical',
    ...overrides,
  };
}

export function aDelivery(provider = 'standard', overrides: Partial<DeliveryOption> = {}): DeliveryOption {
  return {
    provider,
    name: 'Standard',
    price: 4900,
    taxRate: 2500,
    currency: 'SEK',
    country: 'se',
    ...overrides,
  };
}

/** The wish that the edges make of a request to add. */
export function add(sku = 'A', quantity = 1): Mutation {
  return { type: 'AddRequest', message: { sku, quantity, country: 'se' } };
}

/** Knows every sku but those that begin with `no-`; can be slow or down. */
export class TestCatalog implements Catalog {
  readonly #products = new Map<string, Product>();
  down = false;
  /** While set, answers wait for it. */
  gate: Promise<void> | null = null;
  asked = 0;
  readonly #withdrawn = new Set<string>();

  product({ sku }: ProductQuery): Answer<Product> | Promise<Answer<Product>> {
    this.asked += 1;
    if (this.down) throw new CatalogUnavailableError('injected', 2000);
    const answer = this.#answer(sku);
    return this.gate === null ? answer : this.gate.then(() => answer);
  }

  delivery({ provider }: { provider: string }): Answer<DeliveryOption> {
    if (provider.startsWith('no-')) return { status: 'unknown', detail: `no delivery provider ${provider}` };
    return { status: 'found', value: aDelivery(provider) };
  }

  /** Another answer of that article from now on. */
  reprice(sku: string, overrides: Partial<Product>): void {
    this.#products.set(sku, aProduct(sku, overrides));
  }

  /** There is no such article any more. */
  withdraw(sku: string): void {
    this.#withdrawn.add(sku);
  }

  /** Begins what asks the catalog. Resolves when that waits for its answer, which comes when it is released; others have theirs at once. */
  async hold<T>(
    begin: () => Promise<T>,
  ): Promise<{ readonly result: Promise<T>; readonly release: () => void }> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { asked } = this;
    this.gate = promise;
    const result = begin();
    const state = { ended: false };
    const end = (): void => void (state.ended = true);
    result.then(end, end);
    while (this.asked === asked && !state.ended) await new Promise((done) => setImmediate(done));
    this.gate = null;
    return { result, release: () => resolve(undefined) };
  }

  trouble(): string | null {
    return null;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(sku: string): Answer<Product> {
    if (sku.startsWith('no-') || this.#withdrawn.has(sku))
      return { status: 'unknown', detail: `no article ${sku}` };
    let product = this.#products.get(sku);
    if (product === undefined) this.#products.set(sku, (product = aProduct(sku)));
    return { status: 'found', value: product };
  }
}

/** A pool over a memory journal that can be made to fail, with time that stands still. */
export interface Harness {
  readonly pool: LocalGrainPool;
  readonly journal: FaultyJournal;
  readonly catalog: TestCatalog;
  readonly clock: ManualClock;
  readonly commit: GroupCommit;
  readonly session: Session;
  readonly outcomes: string[];
  readonly evicted: string[];
  readonly damaged: string[];
  /** A second pool with a session of its own over the same journal. */
  another(options?: Partial<PoolOptions>): Promise<Harness>;
}

export async function harness(options: Partial<PoolOptions> = {}, shared?: Harness): Promise<Harness> {
  const clock = shared?.clock ?? new ManualClock();
  const journal = shared?.journal ?? new FaultyJournal(new MemoryJournal(() => clock.wallMs()));
  const catalog = shared?.catalog ?? new TestCatalog();
  const commit = new GroupCommit(journal, () => clock.monotonicMs(), { batchDone: () => undefined });
  const session = await journal.openSession({ node: 'test', address: '', leaseMs: 6000 });
  const outcomes: string[] = [];
  const evicted: string[] = [];
  const damaged: string[] = [];
  const observer = {
    mutationDone: (mutation: Mutation, outcome: string) => void outcomes.push(`${mutation.type} ${outcome}`),
    evicted: (reason: string) => void evicted.push(reason),
    damaged: (cart: string) => void damaged.push(cart),
  };
  const registry = createRegistry();
  let merges = 0;
  const context = {
    clock,
    registry,
    journal,
    commit,
    catalog,
    observer,
    mintMergeId: () => `${session.id}-${(merges += 1)}`,
    session: () => session,
  };
  const pool = new LocalGrainPool(context, { ...poolDefaults, ...options });
  const made: Harness = {
    pool,
    journal,
    catalog,
    clock,
    commit,
    session,
    outcomes,
    evicted,
    damaged,
    another: (more) => harness(more, made),
  };
  return made;
}

/** Lets everything that is ready to run do so: promises, and the immediates between them. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
