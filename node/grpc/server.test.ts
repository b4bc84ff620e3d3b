import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Duplex } from 'node:stream';
import { settled } from '../actor/testing/fixtures.ts';
import { BorrowedServices } from './borrowed-services.ts';
import { answerOf, TestClient } from './testing/client.ts';
import { openGrpcShop } from './testing/shop.ts';
import { until } from './testing/until.ts';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/proto-loader';
import type { AddressInfo } from 'node:net';
import type { Answer } from './testing/client.ts';
import type { GrpcShop } from './testing/shop.ts';

const HEALTH = 'grpc.health.v1.Health';
const REFLECTION = 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const OLD_REFLECTION = 'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo';
const services = ['messages.CartActor', 'hipstershop.CartService', 'oteldemo.CartService'];

/** Resolves with how the stream ended; what was not read of it is dropped. */
async function ended(stream: ClientReadableStream<object>): Promise<Answer> {
  const [error] = (await once(stream.resume(), 'error')) as [ServiceError];
  return answerOf(error);
}

describe('gRPC health', () => {
  let shop: GrpcShop;

  beforeEach(async () => {
    shop = await openGrpcShop();
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const check = (service: string): Promise<Answer> => shop.client.call(`${HEALTH}/Check`, { service });

  async function becomes(status: string): Promise<void> {
    while ((await check('')).reply['status'] !== status)
      await new Promise((resolve) => setImmediate(resolve));
    for (const service of services) assert.equal((await check(service)).reply['status'], status);
  }

  it('is the node’s readiness, for all of it and for each service', async () => {
    await becomes('SERVING');
    shop.ready = false;
    await becomes('NOT_SERVING');
    shop.ready = true;
    await becomes('SERVING');
  });

  it('is not known of services that are not there', async () => {
    assert.equal((await check('other.Service')).status, 'NOT_FOUND');
    const watch = shop.client.stream(`${HEALTH}/Watch`, { service: 'other.Service' });
    const [first] = (await once(watch, 'data')) as [object];
    assert.deepEqual(first, { status: 'SERVICE_UNKNOWN' });
    watch.on('error', () => undefined).cancel();
  });

  it('tells watchers of each change, and that the node stops', async () => {
    await becomes('SERVING');
    const watch = shop.client.stream(`${HEALTH}/Watch`, { service: 'messages.CartActor' });
    const seen: unknown[] = [];
    watch.on('data', (message: { status: string }) => seen.push(message.status));
    await once(watch, 'data');
    shop.ready = false;
    await once(watch, 'data');
    shop.ready = true;
    await once(watch, 'data');
    const end = ended(watch);
    await shop.server.close(AbortSignal.timeout(10_000));
    assert.equal((await end).status, 'UNAVAILABLE');
    await until('the last change', () => seen.length === 4);
    assert.deepEqual(seen, ['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });
});

describe('gRPC reflection', () => {
  async function ask(
    shop: GrpcShop,
    question: object,
    how = REFLECTION,
  ): Promise<Readonly<Record<string, unknown>>> {
    const stream = shop.client.duplex(how).on('error', () => undefined);
    stream.end(question);
    const [answer] = (await once(stream, 'data')) as [Readonly<Record<string, unknown>>];
    return answer;
  }

  it('lists what there is to call, and nothing that is not served', async () => {
    await using shop = await openGrpcShop();
    for (const version of [REFLECTION, OLD_REFLECTION]) {
      const { listServicesResponse } = await ask(shop, { listServices: '*' }, version);
      const names = (listServicesResponse as { service: { name: string }[] }).service.map(({ name }) => name);
      assert.deepEqual(names.sort(), [HEALTH, ...services].sort());
    }
    const { errorResponse } = await ask(shop, { fileContainingSymbol: 'messages.ControlPlane' });
    assert.equal((errorResponse as { errorCode: number }).errorCode, 5);
  });

  it('can be switched off', async () => {
    await using shop = await openGrpcShop({ GRPC_REFLECTION: false });
    const stream = shop.client.duplex(REFLECTION);
    stream.end({ listServices: '*' });
    assert.equal((await ended(stream)).status, 'UNIMPLEMENTED');
  });

  it('reads no faster than its answers are taken', async () => {
    let handle = (_stream: Duplex): void => assert.fail('no handler');
    const taken: (() => void)[] = [];
    const server = {
      addService: (_definition: ServiceDefinition, implementation: Record<string, unknown>) => {
        handle = implementation['ask'] as typeof handle;
      },
    };
    const definition = { ask: { requestStream: true, responseStream: true } } as unknown as ServiceDefinition;
    // As the package does it.
    const echo = (stream: Duplex): void => {
      stream.on('data', (question: object) => void stream.write(question));
    };
    new BorrowedServices(server).addService(definition, { ask: echo } as never);
    const stream = new Duplex({
      objectMode: true,
      read: () => undefined,
      write: (_answer, _encoding, done) => void taken.push(done),
    });
    for (let question = 0; question < 1000; question += 1) stream.push({ question });
    handle(stream);
    await settled();
    assert.ok(stream.writableLength <= stream.writableHighWaterMark, `${stream.writableLength} answers wait`);
    for (let answers = 0; answers < 1000; answers += 1) {
      assert.equal(taken.length, answers + 1);
      taken[answers]?.();
      await settled();
    }
  });
});

describe('gRPC server', () => {
  const request = { cartId: 'c1', payload: { sku: 'A' } };

  it('finishes what is under way when it stops, takes nothing more, and waits for nobody who is idle', async () => {
    const shop = await openGrpcShop();
    using idle = new TestClient(shop.port);
    await idle.ready();
    const watch = ended(idle.stream(`${HEALTH}/Watch`, { service: '' }));
    const release = shop.journal.hold();
    const underWay = shop.cart('AddRequest', request);
    await until('it is under way', () => shop.server.calls === 1);
    const closed = shop.server.close(AbortSignal.timeout(10_000));
    assert.equal((await watch).status, 'UNAVAILABLE');
    const late = await shop.cart('GetState', { cartId: 'c1' }, { timeoutMs: 500 });
    assert.ok(['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(late.status), late.status);
    release();
    assert.equal((await underWay).status, 'OK');
    await closed;
    await shop[Symbol.asyncDispose]();
  });

  it('cuts what is still under way at its deadline', async () => {
    const shop = await openGrpcShop();
    const release = shop.journal.hold();
    const underWay = shop.cart('AddRequest', request);
    await until('it is under way', () => shop.server.calls === 1);
    await shop.server.close(AbortSignal.timeout(50));
    assert.notEqual((await underWay).status, 'OK');
    release();
    await shop[Symbol.asyncDispose]();
  });

  it('says why it can’t listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await using shop = await openGrpcShop();
    const { GrpcServer } = await import('./server.ts');
    const { grpcDefaults } = await import('./settings.ts');
    const server = new GrpcServer(
      {
        pool: shop.pool,
        feed: shop.feed,
        clock: shop.clock,
        admit: () => null,
        ready: () => true,
        callDone: () => undefined,
        tracer: () => null,
      },
      { ...grpcDefaults, CART_ID_POLICY: 'any', DEFAULT_COUNTRY: 'se' },
    );
    await assert.rejects(server.listen(port, '127.0.0.1'), { code: 'EADDRINUSE', port });
    await server.close(AbortSignal.timeout(1000));
    taken.close();
  });
});
