import assert from 'node:assert/strict';
import { systemClock } from './actor/clock.ts';
import { readConfig } from './config.ts';
import { CartNode } from './node.ts';
import { createLogger } from './observability/logger.ts';

describe('cart node', () => {
  it('that is told to stop while it starts, starts and stops in order', async () => {
    const local = {
      HOST: '127.0.0.1',
      HTTP_PORT: '0',
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: '0',
      GRPC_PORT: '0',
    };
    const node = new CartNode({
      config: readConfig({ ...local, JOURNAL: 'memory' }),
      logger: createLogger('silent', 'test'),
      version: '0.0.0',
      clock: systemClock,
      random: Math.random,
      fatal: (error) => assert.fail(error),
    });
    const starting = node.start();
    await node.stop('test');
    const { httpPort, adminPort, grpcPort } = await starting;
    assert.ok(grpcPort);
    for (const port of [httpPort, adminPort, grpcPort])
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });
});
