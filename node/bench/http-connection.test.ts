import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HttpConnection, requestText } from './http-connection.ts';
import type { AddressInfo, Server, Socket } from 'node:net';

describe('HTTP connection', () => {
  let server: Server;
  let connection: HttpConnection;
  let requests: string[];
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    requests = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        requests.push(bytes.toString());
        answer(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    connection = await HttpConnection.open((server.address() as AddressInfo).port);
  });

  afterEach(async () => {
    connection.close();
    server.close();
    await once(server, 'close');
  });

  it('reads one reply after the other', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    for (let n = 0; n < 3; n += 1) {
      const { status, body } = await connection.request(requestText('POST', '/cart', { n }));
      assert.equal(status, 200);
      assert.equal(body.toString(), 'hi');
    }
    assert.match(requests[2] ?? '', /^POST \/cart HTTP\/1\.1\r\n[^]*Content-Length: 7\r\n\r\n\{"n":2\}$/);
  });

  it('puts a reply together that came in pieces', async () => {
    const pieces = ['HTTP/1.1 404 Not Found\r\ncont', 'ent-length: 4\r\n\r', '\nab', 'cd'];
    answer = (socket) => {
      const next = (): void => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece, () => setImmediate(next));
      };
      next();
    };
    const { status, body } = await connection.request(requestText('GET', '/'));
    assert.equal(status, 404);
    assert.equal(body.toString(), 'abcd');
  });

  it('knows that 304 has no body', async () => {
    answer = (socket) => socket.write('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n');
    assert.equal((await connection.request(requestText('GET', '/'))).status, 304);
  });

  it('refuses a reply of unknown length', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    await assert.rejects(connection.request(requestText('GET', '/')), /without Content-Length/);
  });

  it('fails a request whose connection ends, and every later one', async () => {
    answer = (socket) => socket.destroy();
    await assert.rejects(connection.request(requestText('GET', '/')));
    await assert.rejects(connection.request(requestText('GET', '/')));
  });

  it('takes one request at a time', () => {
    answer = () => undefined;
    connection.send(requestText('GET', '/'), () => undefined);
    assert.throws(() => connection.send(requestText('GET', '/'), () => undefined), /one request/);
  });
});
