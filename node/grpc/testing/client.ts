import { createRequire } from 'node:module';
import { join } from 'node:path';
import { credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { loadServices, messageType } from '../../../proto/load.ts';
import type {
  ChannelOptions,
  Client,
  ClientDuplexStream,
  ClientReadableStream,
  ServiceError,
} from '@grpc/grpc-js';
import type { MethodDefinition, PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';

/** What a call came to: its reply, or its status with the details that its trailers had. */
export interface Answer {
  /** The status' name. */
  readonly status: string;
  readonly message: string;
  /** Empty where it failed; the tests know its shape. */
  readonly reply: Readonly<Record<string, unknown>>;
  readonly details: Details;
  readonly trailers: Metadata;
}

/** google.rpc's details, as far as they are there. */
export interface Details {
  readonly reason?: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly fields: readonly string[];
  readonly instance?: string;
  readonly retryMs?: number;
}

export interface CallHow {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Packages bring the definitions of their services with them: the tests don't look at ours through our own eyes. */
const reflection = createRequire(import.meta.url).resolve('@grpc/reflection');
const reflectionProtos = ['v1', 'v1alpha'].map((version) =>
  join(reflection, `../../proto/grpc/reflection/${version}/reflection.proto`),
);
const others = { longs: Number, enums: String, defaults: true, arrays: true, oneofs: true };
const definitions: PackageDefinition = {
  ...loadServices(),
  ...loadSync([healthProto, ...reflectionProtos], others),
};
const TIMEOUT_MS = 10_000;

/** A gRPC client over a real connection. */
export class TestClient implements Disposable {
  readonly #client: Client;

  constructor(port: number, options: ChannelOptions = {}) {
    const Constructor = makeGenericClientConstructor({}, 'Test');
    // A subchannel of its own: clients share connections otherwise.
    this.#client = new Constructor(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    });
  }

  /** One unary call, `package.Service/Method`. Never rejects. */
  call(
    path: string,
    request: object,
    { metadata = {}, timeoutMs = TIMEOUT_MS }: CallHow = {},
  ): Promise<Answer> {
    const { requestSerialize, responseDeserialize } = methodOf(path);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        `/${path}`,
        requestSerialize,
        responseDeserialize,
        request,
        metadataOf(metadata),
        { deadline: Date.now() + timeoutMs },
        (error, reply) => resolve(error === null ? succeeded(reply as Answer['reply']) : answerOf(error)),
      );
    });
  }

  /** A call that answers with a stream. */
  stream(path: string, request: object, { metadata = {} }: CallHow = {}): ClientReadableStream<object> {
    const { requestSerialize, responseDeserialize } = methodOf(path);
    return this.#client.makeServerStreamRequest(
      `/${path}`,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(metadata),
    );
  }

  /** A call that takes a stream and answers with one. */
  duplex(path: string): ClientDuplexStream<object, object> {
    const { requestSerialize, responseDeserialize } = methodOf(path);
    return this.#client.makeBidiStreamRequest(`/${path}`, requestSerialize, responseDeserialize);
  }

  /** Resolves when there is a connection. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.waitForReady(Date.now() + TIMEOUT_MS, (error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

export function answerOf(error: ServiceError): Answer {
  return {
    status: status[error.code],
    message: error.details,
    reply: {},
    details: detailsOf(error.metadata),
    trailers: error.metadata,
  };
}

function succeeded(reply: Answer['reply']): Answer {
  const none = { facts: {}, fields: [] };
  return { status: 'OK', message: '', reply, details: none, trailers: new Metadata() };
}

function detailsOf(trailers: Metadata): Details {
  const [bytes] = trailers.get('grpc-status-details-bin');
  if (bytes === undefined) return { facts: {}, fields: [] };
  const { details } = decode('Status', bytes as Buffer) as {
    details: { typeUrl: string; value: Buffer }[];
  };
  const found: { -readonly [Name in keyof Details]: Details[Name] } = { facts: {}, fields: [] };
  for (const { typeUrl, value } of details) {
    const name = typeUrl.replace('type.googleapis.com/google.rpc.', '');
    const message = decode(name, value) as unknown;
    if (name === 'ErrorInfo') {
      const { reason, metadata } = message as { reason: string; metadata: { key: string; value: string }[] };
      found.reason = reason;
      found.facts = Object.fromEntries(metadata.map((fact) => [fact.key, fact.value]));
    } else if (name === 'BadRequest') {
      const { fieldViolations } = message as { fieldViolations: { field: string }[] };
      found.fields = fieldViolations.map(({ field }) => field);
    } else if (name === 'RequestInfo') {
      found.instance = (message as { requestId: string }).requestId;
    } else if (name === 'RetryInfo') {
      const { retryDelay } = message as { retryDelay: { seconds: number; nanos: number } };
      found.retryMs = retryDelay.seconds * 1000 + retryDelay.nanos / 1_000_000;
    }
  }
  return found;
}

function decode(name: string, bytes: Buffer): object {
  return messageType(`google.rpc.${name}`).deserialize(bytes);
}

function methodOf(path: string): MethodDefinition<object, object> {
  const [service = '', method = ''] = path.split('/');
  const found = (definitions[service] as ServiceDefinition | undefined)?.[method];
  if (found === undefined) throw new Error(`there is no call ${path}`);
  return found;
}

function metadataOf(values: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(values)) metadata.set(name, value);
  return metadata;
}
