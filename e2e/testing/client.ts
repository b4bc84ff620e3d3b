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
    const message = JSON.stringify({ url, deadlineMs: REQUEST_DEADLINE_MS, ...request });
    const command = ['node', '--input-type=module', '--eval', ONE_REQUEST, message];
    const text = await this.#namespace.kubectl(['exec', this.name, '--', ...command], {
      deadlineMs: CALL_DEADLINE_MS,
    });
    return JSON.parse(text) as Answer;
  }
}
