import { setTimeout as after } from 'node:timers/promises';

/** Between two looks at a condition, at first and in the end. Some looks are programs that are started: looking all the time took a quarter of two cores. */
const LOOK_MIN_MS = 200;
const LOOK_MS = 1000;
const GROWTH = 1.5;

/**
 * Resolves with what `attempt` gives, as soon as it gives something; what it throws counts as not yet. Rejects when that took too long, with the last reason.
 */
export async function eventually<T>(
  what: string,
  deadlineMs: number,
  attempt: () => Promise<T | null>,
): Promise<T> {
  const startedMs = performance.now();
  let last: unknown = 'it was not so';
  for (let lookMs = LOOK_MIN_MS; ; lookMs = Math.min(lookMs * GROWTH, LOOK_MS)) {
    try {
      const result = await attempt();
      if (result !== null) return result;
    } catch (error) {
      last = error;
    }
    if (performance.now() - startedMs > deadlineMs) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`${what}: not within ${deadlineMs} ms; last: ${reason}`, { cause: last });
    }
    await after(lookMs);
  }
}

/** Resolves when that has held for so long, with how often it was looked at; rejects with what `look` throws. */
export async function throughout(ms: number, look: () => unknown, lookMs = LOOK_MS): Promise<number> {
  const endMs = performance.now() + ms;
  let looks = 0;
  do {
    await look();
    looks += 1;
    await after(lookMs);
  } while (performance.now() < endMs);
  return looks;
}
