import type { Answer } from './http-client.ts';
import type { Outcome } from './history-checker.ts';
import type { CartView } from './cart-book.ts';

/** What an answer to a mutation tells its sender. */
export interface Judgement {
  readonly outcome: Outcome;
  /** The cart in the answer, where it has one. */
  readonly view: CartView | null;
  /** Another answer may come: the server said that it can't now, or nobody knows. */
  readonly askAgain: boolean;
  readonly replayed: boolean;
  /** For the tally: the status, or why there is none. */
  readonly label: string;
}

/** The code of the one error that says "nobody knows whether it was done". */
const UNKNOWN_CODE = 'unknown-outcome';

export function judge(answer: Answer): Judgement {
  if (answer.kind === 'lost') {
    const outcome = answer.sent ? 'unknown' : 'refused';
    const label = answer.sent ? 'no answer' : 'not sent';
    return { outcome, view: null, askAgain: true, replayed: false, label };
  }
  const { status, headers, text } = answer;
  const label = String(status);
  const replayed = headers['idempotent-replayed'] === 'true';
  if (status >= 200 && status < 300) {
    return { outcome: 'acknowledged', view: viewOf(text), askAgain: false, replayed, label };
  }
  const code = codeOf(text);
  const unknown = code === UNKNOWN_CODE || (status >= 500 && status !== 503);
  const later = status === 503 || status === 429 || code === 'request-in-progress';
  return {
    outcome: unknown ? 'unknown' : 'refused',
    view: null,
    askAgain: unknown || later,
    replayed,
    label: `${label} ${code}`,
  };
}

/** Throws when the text is not a cart. */
export function viewOf(text: string): CartView {
  const cart = JSON.parse(text) as Partial<CartView>;
  const { version, items, deliveries } = cart;
  if (typeof version !== 'number' || !Array.isArray(items) || !Array.isArray(deliveries))
    throw new Error(`not a cart: ${text.slice(0, 200)}`);
  return { version, items, deliveries };
}

function codeOf(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : 'no code';
  } catch {
    return 'no problem document';
  }
}
