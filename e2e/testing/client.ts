import { images } from './images.ts';
import { restricted } from './restricted.ts';
import type { Namespace } from './namespace.ts';

const REQUEST_DEADLINE_MS = 20_000;
/** Starting kubectl and Node takes its time on a busy machine. */
const CALL_DEADLINE_MS = 60_000;

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

/** Runs in the pod: one request, its answer as JSON. */
const ONE_REQUEST = `
  const { url, method, headers, json, deadlineMs } = JSON.parse(process.argv[1]);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const body = json === undefined ? undefined : JSON.stringify(json);
  const response = await fetch(url, { method, headers: { ...type, ...headers }, body, redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) });
  process.stdout.write(JSON.stringify({ status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }));
`;

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
  /** The reply; of a stream its first message. Null where the call failed. */
  readonly reply: Readonly<Record<string, unknown>> | null;
}

/** Runs in the pod, among the node's packages: one call, its end as JSON. */
const ONE_CALL = `
  import { credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
  import { load } from '@grpc/proto-loader';
  const { address, service, method, request, deadlineMs } = JSON.parse(process.argv[1]);
  const files = ['cart_actor.proto', 'hipstershop.proto', 'oteldemo.proto'];
  const packages = loadPackageDefinition(await load(files, { includeDirs: ['proto'], longs: Number, enums: String }));
  const [inPackage, name] = service.split('.');
  const client = new packages[inPackage][name](address, credentials.createInsecure());
  const options = { deadline: Date.now() + deadlineMs };
  const { responseStream } = packages[inPackage][name].service[method];
  const end = await new Promise((resolve) => {
    const failed = ({ code }) => resolve({ code, reply: null });
    const answered = (reply) => resolve({ code: status.OK, reply });
    if (!responseStream) client[method](request, options, (error, reply) => (error ? failed(error) : answered(reply)));
    else {
      const stream = client[method](request, options);
      stream.on('error', failed).once('data', (reply) => { answered(reply); stream.cancel(); });
    }
  });
  client.close();
  process.stdout.write(JSON.stringify(end));
`;

/** A pod that sends requests from inside the cluster, with its names and its network. Without a shell: it is the node's image. */
export class Client {
  readonly #namespace: Namespace;
  readonly name: string;

  private constructor(namespace: Namespace, name: string) {
    this.#namespace = namespace;
    this.name = name;
  }

  static async start(namespace: Namespace, name = 'client'): Promise<Client> {
    const idle = 'process.once("SIGTERM", () => process.exit(0)); setInterval(() => undefined, 1 << 30);';
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
              command: ['node', '--eval', idle],
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
  async fetch(url: string, request: Request = {}): Promise<Answer> {
    return JSON.parse(await this.#run(ONE_REQUEST, { url, ...request })) as Answer;
  }

  /** A call of a unary method, or the begin of a stream. */
  async call(call: GrpcCall): Promise<GrpcAnswer> {
    return JSON.parse(await this.#run(ONE_CALL, call)) as GrpcAnswer;
  }

  #run(program: string, message: object): Promise<string> {
    const argument = JSON.stringify({ deadlineMs: REQUEST_DEADLINE_MS, ...message });
    const command = ['node', '--input-type=module', '--eval', program, argument];
    return this.#namespace.kubectl(['exec', this.name, '--', ...command], { deadlineMs: CALL_DEADLINE_MS });
  }
}
