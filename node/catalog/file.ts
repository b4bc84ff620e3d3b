import { readFileSync, statSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { catalogFileSchema, describeIssues, taxRateOn } from './schema.ts';
import type { DeliveryOption, Product } from '../domain/cart.ts';
import type { Answer, Catalog, DeliveryQuery, ProductQuery } from './port.ts';
import type { CatalogFile } from './schema.ts';

/** The file is missing, no JSON, or says something that is not acceptable. The message names the file and the place in it. */
export class CatalogFileError extends Error {
  override readonly name = 'CatalogFileError';
}

export interface FileCatalogOptions {
  readonly path: string;
  /** How often the file is looked at, ms. */
  readonly reloadMs: number;
  readonly wallMs: () => number;
  /** After the file changed: null when it was read, else why it was refused and the old content stays in force. */
  readonly reloaded: (error: CatalogFileError | null) => void;
}

/** Answers kept ready, so that carts share one object for one article. */
const ANSWERS_MAX = 100_000;
const DAY_MS = 86_400_000;

/**
 * A catalog in a JSON file, read anew when it changes.
 *
 * The file is looked at, not watched: a ConfigMap changes by swapping a link two folders up, of which no watch on the file tells.
 */
export class FileCatalog implements Catalog {
  readonly #options: FileCatalogOptions;
  readonly #timer: NodeJS.Timeout;
  // By size, though all have one: by number, room for all of them would be made at once.
  readonly #answers = new LRUCache<string, Answer<Product>>({
    maxSize: ANSWERS_MAX,
    sizeCalculation: () => 1,
  });
  #products = new Map<string, CatalogFile['products'][number]>();
  #file: CatalogFile;
  #seen: string;
  #today = '';
  #trouble: string | null = null;

  /** Throws {@link CatalogFileError}. */
  constructor(options: FileCatalogOptions) {
    this.#options = options;
    this.#seen = stampOf(options.path);
    this.#file = readCatalogFile(options.path);
    this.#take(this.#file);
    this.#timer = setInterval(() => this.reload(), options.reloadMs);
    this.#timer.unref();
  }

  product(query: ProductQuery): Answer<Product> {
    this.#turnDay();
    const key = `${query.country}\n${query.sku}\n${query.variant ?? ''}\n${query.storeId ?? ''}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#find(query);
      // What is not there is not kept: anybody can ask for anything.
      if (answer.status === 'found') this.#answers.set(key, answer);
    }
    return answer;
  }

  delivery({ provider, country }: DeliveryQuery): Answer<DeliveryOption> {
    this.#turnDay();
    const entry = this.#file.deliveries.find((one) => one.provider === provider);
    const offer = entry?.prices[country];
    const currency = this.#file.currencies[country];
    const name = entry?.names[country];
    if (offer === undefined || currency === undefined || name === undefined) {
      const known = this.#file.deliveries
        .filter(({ prices }) => country in prices)
        .map((one) => one.provider);
      const detail =
        known.length === 0
          ? `nothing is delivered to ${country}`
          : `to ${country} there are ${known.join(', ')}`;
      return { status: 'unknown', detail: `there is no delivery provider of this name; ${detail}` };
    }
    const { price } = offer;
    return {
      status: 'found',
      value: { provider, name, price, taxRate: taxRateOn(offer.taxRate, this.#today), currency, country },
    };
  }

  trouble(): string | null {
    return this.#trouble;
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  /** Reads the file anew if it changed; the timer does so by itself. */
  reload(): void {
    const stamp = stampOf(this.#options.path);
    if (stamp === this.#seen) return;
    // Seen even where it is refused: it is reported once, not with every look.
    this.#seen = stamp;
    try {
      this.#take(readCatalogFile(this.#options.path));
      this.#trouble = null;
      this.#options.reloaded(null);
    } catch (error) {
      if (!(error instanceof CatalogFileError)) throw error;
      this.#trouble = error.message;
      this.#options.reloaded(error);
    }
  }

  #take(file: CatalogFile): void {
    this.#file = file;
    this.#products = new Map(file.products.map((product) => [product.sku, product]));
    this.#answers.clear();
  }

  /** Tax rates have days from which they hold. */
  #turnDay(): void {
    const today = dayOf(this.#options.wallMs());
    if (today === this.#today) return;
    this.#today = today;
    this.#answers.clear();
  }

  #find({ sku, country, variant, storeId }: ProductQuery): Answer<Product> {
    const product = this.#products.get(sku);
    if (product === undefined) return unknown('there is no article of this number');
    const price = product.prices[country];
    const currency = this.#file.currencies[country];
    if (price === undefined || currency === undefined)
      return unknown(`${product.name} is not sold in ${country}`, 'country');
    const { variants, stores } = product;
    if (variants === undefined && variant !== undefined)
      return unknown(`${product.name} has no variants`, 'variant');
    if (variants !== undefined && (variant === undefined || !variants.includes(variant))) {
      return unknown(
        `${product.name} comes as ${variants.slice(0, 20).join(', ')}: name one as variant`,
        'variant',
      );
    }
    if (stores !== undefined && (storeId === undefined || !stores.includes(storeId))) {
      return unknown(
        `${product.name} is sold in the stores ${stores.slice(0, 20).join(', ')}: name one as storeId`,
        'storeId',
      );
    }
    const value: Product = {
      sku,
      name: product.name,
      unitPrice: price.unitPrice,
      unitDiscount: price.unitDiscount,
      taxRate: taxRateOn(price.taxRate, this.#today),
      currency,
      country,
      type: product.type,
      ...(variant !== undefined && { variant }),
      ...(storeId !== undefined && { storeId }),
      ...(product.image !== undefined && { image: product.image }),
      ...(product.url !== undefined && { url: product.url }),
    };
    return { status: 'found', value };
  }
}

/** Throws {@link CatalogFileError}. */
export function readCatalogFile(path: string): CatalogFile {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new CatalogFileError(
      `the catalog ${path} can’t be read: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
  const result = catalogFileSchema.safeParse(content);
  if (!result.success)
    throw new CatalogFileError(`the catalog ${path} is not acceptable: ${describeIssues(result.error)}`);
  return result.data;
}

/** Changes when the file does, also when a link on the way to it does. */
function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    // Why it can't be looked at is told by the attempt to read it.
    return `unreadable: ${String((error as NodeJS.ErrnoException).code)}`;
  }
}

let dayNumber = -1;
let dayText = '';

function dayOf(wallMs: number): string {
  const number = Math.floor(wallMs / DAY_MS);
  if (number !== dayNumber) {
    dayNumber = number;
    dayText = new Date(wallMs).toISOString().slice(0, 10);
  }
  return dayText;
}

function unknown(detail: string, field: keyof ProductQuery = 'sku'): Answer<Product> {
  return { status: 'unknown', detail, field };
}
