import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { TcpProxy } from './tcp-proxy.ts';
import type { AddressInfo, Server } from 'node:net';

describe('the network that tests disturb', () => {
  let target: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    target = createServer((socket) => socket.pipe(socket));
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    proxy = new TcpProxy(new URL(`http://127.0.0.1:${(target.address() as AddressInfo).port}`));
    await proxy.start();
  });

  afterEach(async () => {
    await proxy.stop();
    target.close();
  });

  it('lets everything through once, also what was held back, however often it is thawed', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    let echoed = '';
    socket.on('data', (chunk: Buffer) => (echoed += chunk.toString()));
    const echoes = async (length: number): Promise<string> => {
      while (echoed.length < length) await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
      return echoed;
    };
    proxy.thaw();
    socket.write('a');
    assert.equal(await echoes(1), 'a');
    proxy.thaw();
    socket.write('b');
    assert.equal(await echoes(2), 'ab');
    proxy.freeze();
    socket.write('c');
    proxy.thaw();
    proxy.thaw();
    assert.equal(await echoes(3), 'abc');
    socket.write('d');
    assert.equal(await echoes(4), 'abcd');
    socket.destroy();
  });
});
