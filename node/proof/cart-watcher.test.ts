import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { CartWatcher, eventsOf } from './cart-watcher.ts';
import { Random } from './random.ts';
import type { AddressInfo } from 'node:net';
import type { Account, StreamEvent } from './cart-watcher.ts';

function change(version: number, time = 't'): string {
  return `id: ${version}\nevent: change\ndata: ${JSON.stringify({ version, time, mutation: { type: 'Clear' } })}\n\n`;
}

const state = (version: number): string => `id: ${version}\nevent: state\ndata: {"version":${version}}\n\n`;

describe('a watcher of a cart', () => {
  /** What a watcher says of a node that sends these texts, one connection each. */
  async function judged(texts: readonly string[], account: Account = new Map()): Promise<CartWatcher> {
    const stop = new AbortController();
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      const text = texts[asked.length];
      asked.push(request.headers['last-event-id'] as string | undefined);
      if (text === undefined) stop.abort();
      else response.end(text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const options = { stayMs: { least: 5000, most: 5000 }, awayMsMost: 0 };
    const watcher = new CartWatcher('c', account, new Random(1), options);
    await watcher.run(() => Promise.resolve(port), stop.signal);
    assert.equal(asked.at(-1), watcher.version === null ? undefined : String(watcher.version));
    server.closeAllConnections();
    server.close();
    return watcher;
  }

  it('is content with each version once and in order, over any number of connections', async () => {
    const { problems, version, changes, connections } = await judged([
      `retry: 5\n\n${state(3)}${change(4)}`,
      `:\n\n${change(5)}${change(6)}event: end\ndata: {}\n\n`,
      'id: 7\nevent: change\ndata: {"ver',
      change(7),
    ]);
    assert.deepEqual([problems, version, changes, connections], [[], 7, 4, 4]);
  });

  for (const [name, texts, pattern] of [
    ['a gap', [`${state(3)}${change(5)}`], /change 5 came behind 3/],
    ['a repetition', [state(3) + change(4), change(4)], /change 4 came behind 4/],
    ['a new beginning', [state(3), state(4)], /began anew at 4, having 3/],
    ['a wrong id', [state(3).replace('id: 3', 'id: 2')], /of another version/],
  ] as const) {
    it(`finds ${name}`, async () => assert.match((await judged(texts)).problems.join(), pattern));
  }

  it('finds a change that others saw otherwise', async () => {
    const account: Account = new Map();
    await judged([`${state(3)}${change(4)}`], account);
    const { problems } = await judged([`${state(3)}${change(4, 'later')}`], account);
    assert.match(problems.join(), /another one than others saw/);
  });

  it('reads events that come in pieces', async () => {
    const bytes = Buffer.from(`${state(3)}${change(4)}`);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const events: StreamEvent[] = [];
    for await (const event of eventsOf(body)) events.push(event);
    assert.deepEqual(
      events.map(({ event, id }) => [event, id]),
      [
        ['state', 3],
        ['change', 4],
      ],
    );
  });
});
