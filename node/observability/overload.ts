/**
 * Sheds load before latency explodes: while the event loop runs late, a share of the requests is refused at once, and the share follows the lag.
 *
 * The share grows by a tenth with every sample above the limit and shrinks by a twentieth below half of it; in between it stays. So it settles
 * where the loop just keeps up, instead of swinging between all and nothing.
 */
export interface OverloadOptions {
  /** Event-loop lag above which load is shed, ms; 0: never. */
  readonly lagLimitMs: number;
}

const GROWTH = 0.1;
const DECAY = 0.05;
/** Some requests always pass: they show when the overload is over. */
const SHARE_MAX = 0.95;
const RETRY_AFTER_MS = 1000;

/** The decision; pure but for its own state. */
export class OverloadGate {
  readonly #options: OverloadOptions;
  #share = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
  }

  /** Share of requests that is refused, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  sample(lagMs: number): void {
    const { lagLimitMs } = this.#options;
    if (lagLimitMs === 0) return;
    if (lagMs > lagLimitMs) this.#share = Math.min(SHARE_MAX, this.#share + GROWTH);
    else if (lagMs < lagLimitMs / 2) this.#share = Math.max(0, this.#share - DECAY);
  }

  /** `random` is uniform in [0, 1). Null: go on. */
  admit(random: () => number): { readonly retryAfterMs: number } | null {
    return this.#share > 0 && random() < this.#share ? { retryAfterMs: RETRY_AFTER_MS } : null;
  }
}

const SAMPLE_MS = 50;

/** Feeds the gate with the lag of a timer. Returns the function that stops it. */
export function watchEventLoop(gate: OverloadGate, monotonicMs: () => number): () => void {
  let expectedMs = monotonicMs() + SAMPLE_MS;
  const timer = setInterval(() => {
    const nowMs = monotonicMs();
    gate.sample(Math.max(0, nowMs - expectedMs));
    expectedMs = nowMs + SAMPLE_MS;
  }, SAMPLE_MS);
  timer.unref();
  return () => clearInterval(timer);
}
