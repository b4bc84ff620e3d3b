import type { Product } from '../domain/cart.ts';

/**
 * The articles that resting carts refer to by number. A million carts hold some thousand different articles; each is kept once.
 *
 * Numbers are counted references: every {@link intern} is paired with one {@link release}, after which an article that no cart
 * refers to any more is gone. The table is therefore bounded by the lines of the carts in memory.
 */
export class ProductTable {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #byContent = new Map<string, Entry>();
  // The catalog hands out the same object again and again: finding it by identity spares the comparison of contents.
  readonly #byIdentity = new WeakMap<Product, Entry>();
  readonly #free: number[] = [];

  /** Different articles held. */
  get size(): number {
    return this.#byContent.size;
  }

  /** The article's number, with one more reference. */
  intern(product: Product): number {
    const entry = this.#byIdentity.get(product) ?? this.#find(product);
    entry.references += 1;
    return entry.number;
  }

  get(number: number): Product {
    return this.#entry(number).product;
  }

  /** Takes one reference back. */
  release(number: number): void {
    const entry = this.#entry(number);
    entry.references -= 1;
    if (entry.references > 0) return;
    this.#entries[number] = undefined;
    this.#free.push(number);
    this.#byContent.delete(entry.content);
    this.#byIdentity.delete(entry.product);
  }

  #entry(number: number): Entry {
    const entry = this.#entries[number];
    if (entry === undefined) throw new Error(`product ${number} was released more often than interned`);
    return entry;
  }

  #find(product: Product): Entry {
    const content = contentOf(product);
    const known = this.#byContent.get(content);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#entries.length;
    const entry: Entry = { number, product, content, references: 0 };
    this.#entries[number] = entry;
    this.#byContent.set(content, entry);
    this.#byIdentity.set(product, entry);
    return entry;
  }
}

interface Entry {
  readonly number: number;
  readonly product: Product;
  readonly content: string;
  references: number;
}

/** Equal articles give equal text, whatever the order of their fields. */
function contentOf(product: Product): string {
  return JSON.stringify([
    product.sku,
    product.name,
    product.unitPrice,
    product.unitDiscount,
    product.taxRate,
    product.currency,
    product.country,
    product.type,
    product.variant ?? null,
    product.storeId ?? null,
    product.image ?? null,
    product.url ?? null,
  ]);
}
