import { randomUUID } from 'node:crypto';
import { judge } from './judge.ts';
import type { JudgeOptions } from './judge.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An order as the stand-in keeps it. */
export interface StandInOrder {
  readonly id: string;
  /** What the merchant sent, with later updates over it. */
  content: Fields;
  status: 'checkout_incomplete' | 'checkout_complete' | 'checkout_aborted';
  /** Takes no change although it is incomplete: the shopper is paying. */
  locked: boolean;
  readonly startedAt: string;
  modifiedAt: string;
  completedAt: string | null;
  /** Keys under which it was acknowledged. */
  readonly acknowledgements: string[];
  /** Answers to its pushes: a status, or 0 for none. */
  readonly pushes: number[];
}

/** Orders at once; the oldest go first. */
const ORDERS_MAX = 100_000;

/** A refusal in the provider's words. */
export class StandInRefusal extends Error {
  override readonly name = 'StandInRefusal';
  readonly status: number;
  readonly code: string | null;

  /** Without a code the answer has no body. */
  constructor(status: number, code: string | null, message = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class StandInOrders {
  readonly #orders = new Map<string, StandInOrder>();
  readonly #options: JudgeOptions;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Throws {@link StandInRefusal}, as all others here. */
  create(content: unknown): StandInOrder {
    const now = new Date().toISOString();
    const order: StandInOrder = {
      id: randomUUID(),
      content: this.#judged(content),
      status: 'checkout_incomplete',
      locked: false,
      startedAt: now,
      modifiedAt: now,
      completedAt: null,
      acknowledgements: [],
      pushes: [],
    };
    this.#orders.set(order.id, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > ORDERS_MAX && oldest !== undefined) this.#orders.delete(oldest);
    return order;
  }

  get(id: string): StandInOrder {
    const order = this.#orders.get(id);
    if (order === undefined) throw new StandInRefusal(404, null);
    return order;
  }

  /** One that order management knows: it was completed. */
  placed(id: string): StandInOrder {
    const order = this.get(id);
    if (order.status !== 'checkout_complete')
      throw new StandInRefusal(404, 'NO_SUCH_ORDER', 'Order does not exist');
    return order;
  }

  update(id: string, content: unknown): StandInOrder {
    const order = this.#changeable(id);
    if (typeof content !== 'object' || content === null) throw badValue(['body']);
    order.content = this.#judged({ ...order.content, ...content });
    order.modifiedAt = new Date().toISOString();
    return order;
  }

  abort(id: string): StandInOrder {
    const order = this.#changeable(id);
    order.status = 'checkout_aborted';
    return order;
  }

  list(): StandInOrder[] {
    return [...this.#orders.values()];
  }

  #changeable(id: string): StandInOrder {
    const order = this.get(id);
    if (order.status !== 'checkout_incomplete' || order.locked)
      throw new StandInRefusal(403, 'READ_ONLY_ORDER', 'The order is read only');
    return order;
  }

  #judged(content: unknown): Fields {
    const wrong = judge(content, this.#options);
    if (wrong.length > 0) throw badValue(wrong);
    return structuredClone(content) as Fields;
  }
}

export function badValue(wrong: readonly string[]): StandInRefusal {
  return new StandInRefusal(400, 'BAD_VALUE', wrong.map((name) => `Bad value: ${name}`).join('\n'));
}
