import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MalformedWatchError, NoAnswerError, SilentWatchError } from './errors.ts';
import { ManualClock, settled } from './testing/manual-clock.ts';
import { widget } from './testing/fixtures.ts';
import { WatchStream } from './watch-stream.ts';
import type { WatchEvent } from './watch-stream.ts';

const object = (name: string): object => ({
  ...widget(name),
  metadata: { name, namespace: 'default', resourceVersion: '7' },
});
const line = (type: string, what: object): string => `${JSON.stringify({ type, object: what })}\n`;

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await settled();
    yield part;
  }
}

function streamOf(body: AsyncIterable<Uint8Array>, clock = new ManualClock()): WatchStream {
  return new WatchStream(
    body,
    { clock, reading: new AbortController(), inactivityMs: 120_000 },
    () => undefined,
  );
}

async function read(stream: WatchStream): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const readText = (...texts: string[]): Promise<WatchEvent[]> =>
  read(streamOf(chunksOf(texts.map((text) => Buffer.from(text)))));

describe('watch stream', () => {
  it('reads events, bookmarks and errors', async () => {
    const events = await readText(
      line('ADDED', object('a')) + line('MODIFIED', object('a')),
      line('DELETED', object('a')) + line('BOOKMARK', { metadata: { resourceVersion: '9' } }),
      line('ERROR', { code: 410, reason: 'Expired' }),
    );
    assert.deepEqual(events, [
      { type: 'ADDED', object: object('a') },
      { type: 'MODIFIED', object: object('a') },
      { type: 'DELETED', object: object('a') },
      { type: 'BOOKMARK', resourceVersion: '9' },
      { type: 'ERROR', status: { code: 410, reason: 'Expired' } },
    ]);
  });

  it('reads the same however the bytes are cut', async () => {
    const text = ['å', '日本', '🛒', 'plain'].map((name) => line('ADDED', object(name))).join('');
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const parts = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        const events = await read(streamOf(chunksOf(parts)));
        assert.deepEqual(
          events.map((event) => (event.type === 'ADDED' ? event.object.metadata.name : event.type)),
          ['å', '日本', '🛒', 'plain'],
        );
      }),
      { numRuns: 200 },
    );
  });

  for (const [what, text] of Object.entries({
    'is no JSON': 'hello\n',
    'is empty': '\n',
    'is null': 'null\n',
    'has no object': '{"type":"ADDED"}\n',
    'has an object without a version': line('ADDED', widget('a')),
    'has an object without a kind': line('ADDED', { metadata: { name: 'a', resourceVersion: '1' } }),
    'has an unknown type': line('EXPLODED', object('a')),
    'is a bookmark without a version': line('BOOKMARK', { metadata: {} }),
  })) {
    it(`takes a line that ${what} for an error, and gives what came before it`, async () => {
      const stream = streamOf(
        chunksOf([Buffer.from(line('ADDED', object('a')) + text + line('ADDED', object('b')))]),
      );
      const events: WatchEvent[] = [];
      await assert.rejects(async () => {
        for await (const event of stream) events.push(event);
      }, MalformedWatchError);
      assert.equal(events.length, 1);
    });
  }

  it('takes an end within a line for a broken connection', async () => {
    await assert.rejects(readText(line('ADDED', object('a')), '{"type":'), NoAnswerError);
  });

  it('keeps no line that never ends', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await settled();
        sent += 1;
        yield Buffer.alloc(1024 * 1024, 'x');
      }
    }
    await assert.rejects(read(streamOf(endless())), MalformedWatchError);
    assert.equal(sent, 9);
  });

  it('gives up after a silence, but not while something comes', async () => {
    const clock = new ManualClock();
    let send: (text: string) => void = () => undefined;
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.from(await new Promise<string>((resolve) => (send = resolve)));
    }
    const reading = assert.rejects(read(streamOf(slow(), clock)), SilentWatchError);
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.advance(100_000);
      send(line('BOOKMARK', { metadata: { resourceVersion: '9' } }));
      await settled();
    }
    await clock.advance(119_999);
    assert.equal(clock.sleeping, 1);
    await clock.advance(1);
    await reading;
    assert.equal(clock.sleeping, 0);
  });

  it('leaves the body and its timer when the loop is left', async () => {
    const clock = new ManualClock();
    let left = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await settled();
          yield Buffer.from(line('ADDED', object('a')));
        }
      } finally {
        left = true;
      }
    }
    const iterator = streamOf(body(), clock)[Symbol.asyncIterator]();
    await iterator.next();
    assert.equal(clock.sleeping, 1);
    await (iterator as AsyncGenerator).return(undefined);
    await settled();
    assert.deepEqual([left, clock.sleeping], [true, 0]);
  });
});
