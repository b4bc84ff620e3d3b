import { createServer } from 'node:net';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { serviceType } from '../../proto/load.ts';
import { BorrowedServices } from './borrowed-services.ts';
import { Calls } from './calls.ts';
import { CART_ACTOR, cartActor } from './cart-actor.ts';
import { CART_SERVICES, cartService } from './cart-service.ts';
import { Health, HEALTH } from './health.ts';
import { addReflection } from './reflection.ts';
import { Trust } from './trust.ts';
import type { AddressInfo, Server as Listener, Socket } from 'node:net';
import type { ChannelOptions } from '@grpc/grpc-js';
import type { ChangeFeed } from '../actor/change-feed.ts';
import type { GrainPool } from '../actor/grain.ts';
import type { CallsDependencies } from './calls.ts';
import type { CartActorContext } from './cart-actor.ts';
import type { GrpcSettings } from './settings.ts';

export interface GrpcDependencies extends CallsDependencies {
  readonly pool: GrainPool;
  readonly feed: ChangeFeed;
  /** Whether the node takes requests. */
  readonly ready: () => boolean;
}

const SERVICES: readonly string[] = [CART_ACTOR, ...CART_SERVICES];

/** How often health follows readiness. */
const HEALTH_MS = 250;
/** A client that is gone without a word is noticed by pings within 40 s. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
const IDLE_MS = 300_000;
/** Connections live for hours and stay where they began: now and then each is made anew, perhaps with a node that came later. What runs on it ends first. */
const AGE_MS = 1_800_000;
const AGE_GRACE_MS = 60_000;
/** MB of one connection's state. */
const SESSION_MEMORY = 32;

/** The listening socket of gRPC, and what answers on it. */
export class GrpcServer {
  readonly #deps: GrpcDependencies;
  readonly #server: Server;
  readonly #listener: Listener;
  readonly #sockets = new Set<Socket>();
  readonly #calls: Calls;
  readonly #health = new Health(SERVICES);
  readonly #borrowed: BorrowedServices;
  #healthTimer: NodeJS.Timeout | undefined;

  constructor(deps: GrpcDependencies, settings: CartActorContext['settings'] & GrpcSettings) {
    this.#deps = deps;
    this.#calls = new Calls(deps, {
      callsMax: settings.GRPC_CALLS_MAX,
      deadlineMs: settings.GRPC_DEADLINE_MS,
    });
    // It would repeat on standard error what clients send as metadata and is none, and that waits without a bound for whoever reads it. That a port is taken is said otherwise.
    setLogVerbosity(logVerbosity.NONE);
    this.#server = new Server(channelOptions(settings));
    this.#borrowed = new BorrowedServices(this.#server);
    this.#addServices(settings);
    // A listener of our own: grpc-js bounds no connections, and says why it can't listen in words only.
    const injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      injector.injectConnection(socket);
    });
    this.#listener.maxConnections = settings.GRPC_CONNECTIONS_MAX;
  }

  /** Unary calls whose work is not done. */
  get calls(): number {
    return this.#calls.running;
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#calls.streams;
  }

  /** Resolves with the port. Rejects when the address can't be had. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(port, host, 1024, () => {
        this.#listener.off('error', reject);
        resolve();
      });
    });
    this.#healthTimer = setInterval(() => this.#health.set(this.#deps.ready()), HEALTH_MS);
    this.#healthTimer.unref();
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Takes no more calls, lets what is under way finish, and cuts what is left when `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    clearInterval(this.#healthTimer);
    this.#health.set(false);
    this.#calls.close();
    this.#borrowed.end();
    // Calls back when no connection is left; at once where it never listened.
    const finished = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    // Has each connection end with its last call. What it says of when that is, is not true of connections that it did not accept itself.
    this.#server.tryShutdown(() => undefined);
    await Promise.race([finished, aborted(deadline)]);
    this.#server.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
  }

  #addServices(settings: CartActorContext['settings'] & GrpcSettings): void {
    const { pool, feed, clock } = this.#deps;
    const trust = new Trust(settings.CLUSTER_TOKEN);
    this.#server.addService(
      serviceType(CART_ACTOR),
      cartActor(this.#calls, { pool, feed, clock, trust, settings }),
    );
    for (const service of CART_SERVICES)
      this.#server.addService(serviceType(service), cartService(service, this.#calls, pool));
    this.#health.addTo(this.#borrowed);
    if (settings.GRPC_REFLECTION) addReflection(this.#borrowed, [...SERVICES, HEALTH]);
  }
}

function channelOptions(settings: GrpcSettings): ChannelOptions {
  return {
    'grpc.max_receive_message_length': settings.GRPC_MESSAGE_BYTES_MAX,
    'grpc.max_concurrent_streams': settings.GRPC_STREAMS_MAX,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_connection_idle_ms': IDLE_MS,
    'grpc.max_connection_age_ms': AGE_MS,
    'grpc.max_connection_age_grace_ms': AGE_GRACE_MS,
    'grpc-node.max_session_memory': SESSION_MEMORY,
    // Its records of every connection and call are for a debugger that nobody attaches.
    'grpc.enable_channelz': 0,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
