import { setTimeout as pause } from 'node:timers/promises';
import { askPod } from './api.ts';
import { images } from './images.ts';
import { restricted } from './restricted.ts';
import type { Namespace } from './namespace.ts';

const REQUEST_DEADLINE_MS = 20_000;
/** With the way to the pod and back. */
const CALL_DEADLINE_MS = 30_000;
/** Where the tests keep the cores so busy that a node sheds load, a client does as it is told: it asks again. */
const TRIES = 5;
const AGAIN_MS = 1000;

export interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GrpcCall {
  /** Like `shop:1337`. */
  readonly address: string;
  /** Like `messages.CartActor`. */
  readonly service: string;
  readonly method: string;
  readonly request: object;
}

export interface GrpcAnswer {
  /** A status of gRPC's; 0 is success. */
  readonly code: number;
  /** The status's message. */
  readonly details: string;
  /** The reply; of a stream its first message. Null where the call failed. */
  readonly reply: Readonly<Record<string, unknown>> | null;
}

/** Runs in the pod, among the node's packages: does what it is asked for, and answers with what came of it. Each request has a connection of its own, as those of many shoppers have. */
const PROGRAM = `
  import { createServer, request } from 'node:http';

  const textOf = async (stream) => {
    let text = '';
    for await (const part of stream.setEncoding('utf8')) text += part;
    return text;
  };
  const fetched = ({ url, method, headers, json, deadlineMs }) => new Promise((resolve, reject) => {
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, headers: { ...type, ...headers }, agent: false, signal: AbortSignal.timeout(deadlineMs) };
    request(url, options, (response) => {
      const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      textOf(response).then((body) => resolve({ status: response.statusCode, headers: Object.fromEntries(named), body }), reject);
    }).on('error', reject).end(json === undefined ? undefined : JSON.stringify(json));
  });
  const called = async ({ address, service, method, request, deadlineMs }) => {
    const { credentials, loadPackageDefinition, status } = await import('@grpc/grpc-js');
    const { load } = await import('@grpc/proto-loader');
    const files = ['cart_actor.proto', 'hipstershop.proto', 'oteldemo.proto'];
    const packages = loadPackageDefinition(await load(files, { includeDirs: ['proto'], longs: Number, enums: String }));
    const [inPackage, name] = service.split('.');
    const client = new packages[inPackage][name](address, credentials.createInsecure());
    const options = { deadline: Date.now() + deadlineMs };
    const { responseStream } = packages[inPackage][name].service[method];
    const end = await new Promise((resolve) => {
      const failed = ({ code, details }) => resolve({ code, details, reply: null });
      const answered = (reply) => resolve({ code: status.OK, details: '', reply });
      if (!responseStream) client[method](request, options, (error, reply) => (error ? failed(error) : answered(reply)));
      else {
        const stream = client[method](request, options);
        stream.on('error', failed).once('data', (reply) => { answered(reply); stream.cancel(); });
      }
    });
    client.close();
    return end;
  };

  const deeds = { '/fetch': fetched, '/call': called };
  createServer(async (asked, answer) => {
    try {
      const end = await deeds[asked.url](JSON.parse(await textOf(asked)));
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(end));
    } catch (error) {
      answer.writeHead(502, { 'content-type': 'text/plain' }).end(String(error));
    }
  }).listen(8080);
  process.once('SIGTERM', () => process.exit(0));
`;
const PORT = 8080;

/** A pod that sends requests from inside the cluster, with its names and its network. Without a shell: it is the node's image. */
export class Client {
  readonly #namespace: Namespace;
  readonly name: string;

  private constructor(namespace: Namespace, name: string) {
    this.#namespace = namespace;
    this.name = name;
  }

  static async start(namespace: Namespace, name = 'client'): Promise<Client> {
    await namespace.apply([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: {
          automountServiceAccountToken: false,
          securityContext: restricted.pod,
          containers: [
            {
              name: 'client',
              image: images.node,
              imagePullPolicy: 'IfNotPresent',
              command: ['node', '--input-type=module', '--eval', PROGRAM],
              startupProbe: { tcpSocket: { port: PORT }, periodSeconds: 1, failureThreshold: 60 },
              securityContext: restricted.container,
            },
          ],
        },
      },
    ]);
    await namespace.until(`pod/${name}`, 'condition=Ready');
    return new Client(namespace, name);
  }

  /** Throws when there is no answer at all. */
  fetch(url: string, request: Request = {}): Promise<Answer> {
    return again(
      async () => (await this.#ask('/fetch', { url, ...request })) as Answer,
      ({ status, body }) => status === 503 && body.includes('"node-overloaded"'),
    );
  }

  /** A call of a unary method, or the begin of a stream. */
  call(call: GrpcCall): Promise<GrpcAnswer> {
    return again(
      async () => (await this.#ask('/call', call)) as GrpcAnswer,
      ({ details }) => details.includes('more to do than it can'),
    );
  }

  #ask(path: string, message: object): Promise<unknown> {
    const pod = { namespace: this.#namespace.name, name: this.name, port: PORT };
    return askPod(pod, path, { deadlineMs: REQUEST_DEADLINE_MS, ...message }, CALL_DEADLINE_MS);
  }
}

async function again<T>(ask: () => Promise<T>, isShed: (answer: T) => boolean): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (tries === TRIES || !isShed(answer)) return answer;
    await pause(AGAIN_MS);
  }
}
