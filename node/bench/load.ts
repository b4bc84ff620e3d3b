import { HttpConnection } from './http-connection.ts';
import { latencyOf } from './statistics.ts';
import type { Reply } from './http-connection.ts';
import type { Latency } from './statistics.ts';

/** Gives a connection's next request. */
export type Requests = () => string;

export interface Measured extends Latency {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
}

interface Lane {
  readonly connection: HttpConnection;
  readonly next: Requests;
  /** Requests still to send, where they are counted. */
  left: number;
}

/** Sends the lane's next request: `sent`; has none any more: `over`; must not send it yet: `later`. */
type Start = (lane: Lane, done: Done) => 'sent' | 'over' | 'later';

/** Connections to one server, and the requests that each of them sends. */
export class Load {
  readonly #lanes: readonly Lane[];

  private constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
  }

  static async open(port: number, connections: number, requestsOf: (n: number) => Requests): Promise<Load> {
    const opened = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
    return new Load(opened.map((connection, n) => ({ connection, next: requestsOf(n), left: 0 })));
  }

  close(): void {
    for (const { connection } of this.#lanes) connection.close();
  }

  /** Each connection sends its next request as soon as it has the reply: finds the maximum rate. Rejects at the first bad reply. */
  closedLoop(durationMs: number): Promise<Measured> {
    const startMs = performance.now();
    const endMs = startMs + durationMs;
    return measure(this.#lanes, startMs, ({ connection, next }, done) => {
      const nowMs = performance.now();
      if (nowMs >= endMs) return 'over';
      connection.send(next(), (error, reply) => done(nowMs, error, reply));
      return 'sent';
    });
  }

  /** A number of requests on each connection, as fast as they are answered. */
  each(count: number): Promise<Measured> {
    for (const lane of this.#lanes) lane.left = count;
    return measure(this.#lanes, performance.now(), (lane, done) => {
      if (lane.left === 0) return 'over';
      lane.left -= 1;
      const nowMs = performance.now();
      lane.connection.send(lane.next(), (error, reply) => done(nowMs, error, reply));
      return 'sent';
    });
  }

  /**
   * Requests at fixed moments, whatever the server does. The latency of each counts from its moment, also when every connection is
   * busy then: a server that stalls is not spared the requests that came meanwhile.
   */
  openLoop(perSecond: number, durationMs: number): Promise<Measured> {
    const total = Math.floor((perSecond * durationMs) / 1000);
    const startMs = performance.now() + 5;
    let started = 0;
    return measure(this.#lanes, startMs, ({ connection, next }, done) => {
      if (started >= total) return 'over';
      const dueMs = startMs + (started * 1000) / perSecond;
      if (performance.now() < dueMs) return 'later';
      started += 1;
      connection.send(next(), (error, reply) => done(dueMs, error, reply));
      return 'sent';
    });
  }
}

/**
 * Starts requests on free lanes until every lane is over. Where it is too early, it looks again in the next turn of the event loop:
 * the load has a core of its own, and a timer would be late by up to 1 ms.
 */
function measure(lanes: readonly Lane[], startMs: number, start: Start): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const free: Lane[] = [...lanes];
    let busy = 0;
    let polling = false;
    let failed = false;
    const offer = (): void => {
      while (!failed) {
        const lane = free.pop();
        if (lane === undefined) break;
        const answer = start(lane, (sinceMs, error, reply) => {
          busy -= 1;
          const problem = error ?? problemOf(reply);
          if (problem === null) {
            latencies.push(performance.now() - sinceMs);
            free.push(lane);
            offer();
          } else {
            failed = true;
            reject(problem);
          }
        });
        if (answer === 'sent') busy += 1;
        else if (answer === 'later') {
          free.push(lane);
          if (!polling) setImmediate(poll);
          polling = true;
          return;
        }
      }
      if (busy === 0 && free.length === 0 && !failed) resolve(summary(latencies, startMs));
    };
    const poll = (): void => {
      polling = false;
      offer();
    };
    offer();
  });
}

function summary(latencies: readonly number[], startMs: number): Measured {
  const seconds = (performance.now() - startMs) / 1000;
  const requests = latencies.length;
  return { ...latencyOf(latencies), requests, seconds, perSecond: requests / seconds };
}

type Done = (sinceMs: number, error: Error | null, reply: Reply | null) => void;

function problemOf(reply: Reply | null): Error | null {
  if (reply === null) return new Error('no reply');
  if (reply.status >= 200 && reply.status < 300) return null;
  return new Error(`${reply.head.split('\r\n')[0] ?? ''}: ${reply.body.toString('utf8', 0, 500)}`);
}
