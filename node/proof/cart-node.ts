import { fileURLToPath } from 'node:url';
import { Child, freePort } from './child.ts';
import { HttpClient } from './http-client.ts';
import type { Answer } from './http-client.ts';

export interface CartNodeOptions {
  readonly journalPath: string;
  /** Settings by their environment names, over those that every harness needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of the node binary itself. */
  readonly nodeOptions?: readonly string[];
  /** Another program than the node's own. */
  readonly program?: string;
  /** Absent: a free one. */
  readonly httpPort?: number;
  /** A command that starts the process, such as `taskset -c 0`. */
  readonly launcher?: readonly string[];
}

const READY_MS = 30_000;
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A real cart node as a process of its own, on free ports of the loopback interface. */
export class CartNode implements AsyncDisposable {
  readonly httpPort: number;
  readonly adminPort: number;
  readonly process: Child;
  readonly #admin: HttpClient;

  private constructor(httpPort: number, adminPort: number, process: Child) {
    this.httpPort = httpPort;
    this.adminPort = adminPort;
    this.process = process;
    this.#admin = new HttpClient({ port: adminPort, connections: 2, timeoutMs: 5000 });
  }

  /** Starts the process; {@link ready} tells when it serves. */
  static async spawn(options: CartNodeOptions): Promise<CartNode> {
    const httpPort = options.httpPort ?? (await freePort());
    const adminPort = await freePort();
    const [first, ...rest] = [...(options.launcher ?? []), process.execPath];
    const args = [...rest, ...(options.nodeOptions ?? []), options.program ?? main];
    const child = new Child(first, args, {
      ...process.env,
      HOST: '127.0.0.1',
      HTTP_PORT: String(httpPort),
      ADMIN_PORT: String(adminPort),
      GRPC_PORT: '0',
      JOURNAL: 'lmdb',
      JOURNAL_PATH: options.journalPath,
      ...harnessSettings,
      ...options.env,
    });
    return new CartNode(httpPort, adminPort, child);
  }

  static async start(options: CartNodeOptions): Promise<CartNode> {
    const node = await CartNode.spawn(options);
    try {
      await node.ready();
    } catch (error) {
      await node.process.kill();
      throw error;
    }
    return node;
  }

  /** Resolves when `/readyz` answers 200. */
  async ready(deadlineMs = READY_MS): Promise<void> {
    await this.process.until('readiness', deadlineMs, async () => ((await this.isReady()) ? true : null));
  }

  async isReady(): Promise<boolean> {
    const answer = await this.admin('/readyz');
    return answer.kind === 'answer' && answer.status === 200;
  }

  /** One call to the admin port. */
  admin(path: string): Promise<Answer> {
    return this.#admin.call({ method: 'GET', path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admin[Symbol.dispose]();
    await this.process.kill();
  }
}

/**
 * A harness is one address that sends everything, often on a machine that has other things to do. Limits are out of reach, but counted:
 * they cost what they cost. A stall of the machine shows as latency, not as a refusal.
 */
const OUT_OF_REACH = '1000000000';
const harnessSettings: Readonly<Record<string, string>> = {
  COOKIE_SECURE: 'false',
  RATE_LIMIT_CART: OUT_OF_REACH,
  RATE_LIMIT_ADDRESS: OUT_OF_REACH,
  RATE_LIMIT_NEW_CARTS: OUT_OF_REACH,
  OVERLOAD_LAG_MS: '60000',
};
