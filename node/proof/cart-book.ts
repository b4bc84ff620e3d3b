import { hash } from 'node:crypto';
import type { Outcome, Sent } from './history-checker.ts';

/** A cart as an answer shows it: what the harness needs of it. */
export interface CartView {
  readonly version: number;
  readonly items: readonly { readonly id: number; readonly sku: string; readonly quantity: number }[];
  readonly deliveries: readonly { readonly id: number }[];
}

/** What clients sent to one cart and were told about it. */
export class CartBook {
  readonly id: string;
  readonly sent: Sent[] = [];
  /** The newest answer, to choose lines and deliveries from. */
  view: CartView = { version: 0, items: [], deliveries: [] };
  /** The highest version that was acknowledged or read: no later read may show less. */
  knownVersion = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** Requests without an outcome do not belong here: note each one once, when its outcome is known. */
  note(
    signature: string,
    outcome: Outcome,
    { key, version }: { key?: string | undefined; version?: number | undefined },
  ): void {
    this.sent.push({
      signature,
      outcome,
      ...(key === undefined ? {} : { key: keyHash(key) }),
      ...(version === undefined ? {} : { version }),
    });
  }

  see(view: CartView): void {
    if (view.version < this.knownVersion) return;
    this.knownVersion = view.version;
    this.view = view;
  }
}

/** The form in which the journal remembers an Idempotency-Key. */
function keyHash(key: string): string {
  return hash('sha256', key, 'hex').slice(0, 32);
}
