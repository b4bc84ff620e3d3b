import type { Mutation } from '../domain/mutation.ts';
import type { CartView } from './cart-book.ts';

/**
 * What a cart's lines must be after these mutations: a second, plain reading of the rules that shares no code with the node.
 * Deliveries and prices are left out.
 */
export function linesAfter(mutations: readonly Mutation[]): CartView['items'] {
  const cart = new ModelCart();
  for (const mutation of mutations) cart.apply(mutation);
  return cart.lines;
}

interface ModelLine {
  readonly id: number;
  readonly sku: string;
  quantity: number;
}

class ModelCart {
  lines: ModelLine[] = [];
  #lastId = 0;

  apply(mutation: Mutation): void {
    switch (mutation.type) {
      case 'AddItem':
        this.#add(mutation.message.product.sku, mutation.message.quantity);
        break;
      case 'SetCartRequest':
        this.lines = [];
        this.#lastId = 0;
        for (const { sku, quantity } of mutation.message.items) this.#add(sku, quantity);
        break;
      case 'ChangeQuantity':
        for (const line of this.lines)
          if (line.id === mutation.message.id) line.quantity = mutation.message.quantity;
        this.lines = this.lines.filter((line) => line.quantity > 0);
        break;
      case 'RemoveItem':
        this.lines = this.lines.filter((line) => line.id !== mutation.message.id);
        break;
      case 'Clear':
        this.lines = [];
        break;
      case 'Batch':
        for (const part of mutation.message.mutations) this.apply(part);
        break;
      default:
        break;
    }
  }

  #add(sku: string, quantity: number): void {
    const line = this.lines.find((other) => other.sku === sku);
    if (line === undefined) this.lines.push({ id: (this.#lastId += 1), sku, quantity });
    else line.quantity += quantity;
  }
}
