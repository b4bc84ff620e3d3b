import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { openShop } from './testing/shop.ts';
import type { Problem, Shop } from './testing/shop.ts';

const PATH = '/cart/byid/c1';

describe('broken HTTP', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop({}, {}, { headersMs: 150, requestMs: 200, checkMs: 20 });
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  /** Everything that comes back until the node closes the connection; each text is sent when the one before was answered. */
  async function sent(first: string, ...more: readonly string[]): Promise<string> {
    const socket = connect(shop.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    // The node may close before it has read everything.
    socket.on('error', () => undefined);
    socket.write(first);
    for (const text of more) {
      await once(socket, 'data');
      socket.write(text);
    }
    await once(socket, 'close');
    return received;
  }

  function isLastProblem(received: string, status: number, code: string): void {
    const answer = received.slice(received.lastIndexOf('HTTP/1.1 '));
    assert.match(
      answer,
      new RegExp(`^HTTP/1.1 ${status} [^]*\r\nContent-Type: application/problem\\+json\r\n`),
    );
    assert.match(answer, /\r\nConnection: close\r\n/i);
    const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Problem;
    assert.deepEqual([problem.status, problem.code], [status, code]);
    assert.ok(
      shop.done.some(({ problem: seen }) => seen?.code === code),
      'it is counted',
    );
  }

  const rows: readonly [name: string, text: string, status: number, code: string][] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'malformed-request'],
    ['an unknown method', `FROB ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`, 400, 'malformed-request'],
    ['no Host', `GET ${PATH} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400, 'malformed-request'],
    [
      'two lengths',
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      400,
      'malformed-request',
    ],
    [
      'a length and pieces',
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'malformed-request',
    ],
    [
      'long headers',
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a long path', `GET /cart/${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers-too-large'],
    [
      'long extensions of a piece',
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
      413,
      'body-too-large',
    ],
    ['headers that don’t end', `GET ${PATH} HTTP/1.1\r\nHost: x\r\n`, 408, 'request-timeout'],
    [
      'a body that doesn’t end',
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
      408,
      'request-timeout',
    ],
  ];

  for (const [name, text, status, code] of rows) {
    it(`is told so, and the connection is closed: ${name}`, async () => {
      isLastProblem(await sent(text), status, code);
      assert.equal((await shop.call('GET', PATH)).status, 200, 'others are served');
    });
  }

  it('does not touch the answers before it on its connection', async () => {
    const read = `GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const received = await sent(read, read, 'hello\r\n\r\n');
    assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
    isLastProblem(received, 400, 'malformed-request');
  });

  it('does not hold up the end: a connection on which nothing ever came is closed before the deadline', async () => {
    const silent = connect(shop.port, '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    silent.on('error', () => undefined);
    assert.equal((await shop.call('GET', PATH)).status, 200, 'the node has accepted it');
    const deadline = AbortSignal.timeout(5000);
    await shop.server.close(deadline);
    assert.equal(deadline.aborted, false);
    await closed;
  });

  it('with an expectation that nobody knows is served all the same', async () => {
    const received = await sent(
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n`,
    );
    assert.match(received, /^HTTP\/1\.1 200/);
  });
});
