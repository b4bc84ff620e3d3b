import { ChangeFeed, feedDefaults } from '../../actor/change-feed.ts';
import { harness } from '../../actor/testing/fixtures.ts';
import { GrpcServer } from '../server.ts';
import { grpcDefaults } from '../settings.ts';
import { TestClient } from './client.ts';
import type { FeedOptions } from '../../actor/change-feed.ts';
import type { Harness } from '../../actor/testing/fixtures.ts';
import type { PoolOptions } from '../../actor/local-pool.ts';
import type { Tracer } from '../../observability/trace.ts';
import type { CallDone } from '../calls.ts';
import type { CartActorContext } from '../cart-actor.ts';
import type { GrpcSettings } from '../settings.ts';
import type { Answer, CallHow } from './client.ts';

export type ShopSettings = GrpcSettings & CartActorContext['settings'];

/** The gRPC server over a real pool and a memory journal that can be made to fail, on a real socket, with a client. */
export interface GrpcShop extends Harness, AsyncDisposable {
  readonly port: number;
  readonly server: GrpcServer;
  readonly client: TestClient;
  readonly done: CallDone[];
  readonly feed: ChangeFeed;
  shedding: boolean;
  readersCut: number;
  ready: boolean;
  tracer: Tracer | null;
  /** A call of CartActor. */
  cart(method: string, request: object, how?: CallHow): Promise<Answer>;
}

export async function openGrpcShop(
  settings: Partial<ShopSettings> = {},
  options: Partial<PoolOptions> = {},
  following: Partial<FeedOptions> = {},
): Promise<GrpcShop> {
  const parts = await harness(options);
  const feed = new ChangeFeed(
    { ...parts, observer: { readerCut: () => void (state.readersCut += 1) } },
    { ...feedDefaults, ...following },
  );
  const done: CallDone[] = [];
  const state = { shedding: false, ready: true, readersCut: 0, tracer: null as Tracer | null };
  const server = new GrpcServer(
    {
      pool: parts.pool,
      feed,
      clock: parts.clock,
      admit: () => (state.shedding ? { retryAfterMs: 1500 } : null),
      ready: () => state.ready,
      callDone: (call) => done.push(call),
      tracer: () => state.tracer,
    },
    { ...grpcDefaults, CART_ID_POLICY: 'any', DEFAULT_COUNTRY: 'se', ...settings },
  );
  const port = await server.listen(0, '127.0.0.1');
  const client = new TestClient(port);
  return Object.assign(state, {
    ...parts,
    feed,
    port,
    server,
    client,
    done,
    cart: (method: string, request: object, how?: CallHow) =>
      client.call(`messages.CartActor/${method}`, request, how),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      feed.close();
      await server.close(AbortSignal.timeout(1000));
    },
  });
}
