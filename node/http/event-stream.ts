import { once } from 'node:events';
import { SlowReaderError } from '../actor/subscription.ts';
import { renderEvent } from './change-view.ts';
import { toProblem } from './problems.ts';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../actor/clock.ts';
import type { Subscription } from '../actor/subscription.ts';

export interface StreamContext {
  readonly clock: Clock;
  readonly random: () => number;
  /** A sign of life so often, ms: proxies cut what is silent, and clients notice a dead connection. */
  readonly heartbeatMs: number;
}

/** Readers that were ended together don't come back together. */
const RETRY_MIN_MS = 500;
const RETRY_SPREAD_MS = 2000;
/** A connection that takes nothing for so many heartbeats is cut. */
const STALLED_BEATS = 2;

/**
 * Writes a reader's events to its connection, as fast as that takes them, until either is over. Never rejects; owns both from now on.
 *
 * What ends in order ends with an event `end`, whose data is the problem. A reader that is too slow has its connection cut: what waits for it in the
 * operating system would be read first, and an end behind that would come late or never. Either way it comes back with `Last-Event-ID`.
 */
export async function streamEvents(
  response: ServerResponse,
  subscription: Subscription,
  context: StreamContext,
): Promise<void> {
  const leave = (): void => subscription.close();
  response.once('close', leave);
  // It may have gone while its cart was loaded.
  if (response.destroyed) leave();
  void beat(response, subscription.signal, context);
  try {
    const retryMs = Math.round(RETRY_MIN_MS + context.random() * RETRY_SPREAD_MS);
    await send(`retry: ${retryMs}\n\n`, response, subscription, context);
    for await (const event of subscription) await send(renderEvent(event), response, subscription, context);
  } catch (error) {
    if (response.writableNeedDrain || error instanceof SlowReaderError) response.destroy();
    else response.end(`event: end\ndata: ${JSON.stringify(toProblem(error))}\n\n`);
  } finally {
    leave();
    response.off('close', leave);
  }
}

async function send(
  text: string,
  response: ServerResponse,
  subscription: Subscription,
  { clock, heartbeatMs }: StreamContext,
): Promise<void> {
  if (response.write(text)) return;
  // Either is over, or the connection has room again, or it stalled.
  const done = new AbortController();
  const over = (): void => done.abort(subscription.signal.reason);
  subscription.signal.addEventListener('abort', over, { once: true });
  if (subscription.signal.aborted) over();
  const stalled = clock.sleep(STALLED_BEATS * heartbeatMs, done.signal).then(() => subscription.cut());
  try {
    await Promise.race([once(response, 'drain', { signal: done.signal }), stalled]);
  } finally {
    subscription.signal.removeEventListener('abort', over);
    done.abort();
  }
}

/** Comments, which clients skip. None where something waits to be sent already. */
async function beat(
  response: ServerResponse,
  signal: AbortSignal,
  { clock, heartbeatMs }: StreamContext,
): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(heartbeatMs, signal);
    } catch {
      return;
    }
    if (!response.writableNeedDrain && !response.writableEnded) response.write(':\n\n');
  }
}
