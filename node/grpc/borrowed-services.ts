import { status } from '@grpc/grpc-js';
import type { Server, ServiceDefinition, StatusObject } from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';

/** What a package calls to bring its service in. */
export type ServiceTaker = Pick<Server, 'addService'>;
type Implementation = Parameters<Server['addService']>[1];

/** A stream of such a service. */
type Stream = Duplex;

/** Streams of all such services together; those who watch health or ask for descriptors are few. */
const STREAMS_MAX = 256;

/**
 * Takes services from packages, and does for their streams what those leave to others: bounds their number, reads no faster than the answers leave, and ends them when the node
 * stops.
 */
export class BorrowedServices implements ServiceTaker {
  readonly #server: ServiceTaker;
  readonly #streams = new Set<Stream>();

  constructor(server: ServiceTaker) {
    this.#server = server;
  }

  addService(definition: ServiceDefinition, implementation: Implementation): void {
    const wrapped: Implementation = { ...implementation };
    for (const [name, { requestStream, responseStream, originalName = name }] of Object.entries(definition)) {
      const key = name in implementation ? name : originalName;
      const handle = implementation[key] as ((stream: Stream) => void) | undefined;
      if (handle === undefined || !responseStream) continue;
      wrapped[key] = (stream: unknown) => this.#begin(stream as Stream, handle, requestStream);
    }
    this.#server.addService(definition, wrapped);
  }

  /** Ends every stream behind what was written to it. */
  end(): void {
    for (const stream of this.#streams) refuse(stream, status.UNAVAILABLE, 'this node is shutting down');
  }

  #begin(stream: Stream, handle: (stream: Stream) => void, reads: boolean): void {
    if (this.#streams.size >= STREAMS_MAX) {
      refuse(stream, status.RESOURCE_EXHAUSTED, `${STREAMS_MAX} such streams are open`);
      return;
    }
    this.#streams.add(stream);
    stream.once('cancelled', () => this.#streams.delete(stream));
    handle(stream);
    // Behind the package's own listener, which has written the answer by then.
    if (reads) stream.on('data', () => slowDown(stream));
  }
}

function slowDown(stream: Stream): void {
  if (!stream.writableNeedDrain || stream.isPaused()) return;
  stream.pause();
  stream.once('drain', () => stream.resume());
}

/** grpc-js makes the stream's error its status. */
function refuse(stream: Stream, code: status, details: string): void {
  stream.emit('error', { code, details } satisfies Partial<StatusObject>);
}
