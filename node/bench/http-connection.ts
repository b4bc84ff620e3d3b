import { connect } from 'node:net';
import { once } from 'node:events';
import type { Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: Buffer;
}

export type Replied = (error: Error | null, reply: Reply | null) => void;

const SILENCE_MS = 20_000;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

/**
 * One keep-alive connection with one request on it at a time.
 *
 * It understands what the benched servers answer (Content-Length, no chunks) and refuses everything else: a load generator must
 * cost little beside the servers it measures.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #replied: Replied | null = null;
  #bytes: Buffer = nothing;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(SILENCE_MS, () => {
      // Silence means something only while a reply is owed: contenders take turns.
      if (this.#replied !== null) socket.destroy(new Error(`no reply within ${SILENCE_MS} ms`));
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** Throws while another request is under way. */
  send(request: string, replied: Replied): void {
    if (this.#replied !== null) throw new Error('one request at a time');
    this.#replied = replied;
    if (this.#socket.destroyed) process.nextTick(() => this.#fail(new Error('the connection is closed')));
    else this.#socket.write(request, 'latin1');
  }

  request(request: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.send(request, (error, reply) => {
        if (reply === null) reject(error ?? new Error('no reply'));
        else resolve(reply);
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const end = this.#bytes.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const head = this.#bytes.toString('latin1', 0, end);
    const length = bodyLength(head);
    if (length === null) {
      this.#socket.destroy(new Error(`a reply without Content-Length: ${head}`));
      return;
    }
    const total = end + END_OF_HEAD.length + length;
    if (this.#bytes.length < total) return;
    const body = this.#bytes.subarray(total - length, total);
    const reply = { status: Number(head.slice(9, 12)), head, body };
    const extra = this.#bytes.length > total;
    this.#bytes = nothing;
    if (extra || this.#replied === null) {
      this.#socket.destroy(new Error('a reply that nobody asked for'));
      return;
    }
    const replied = this.#replied;
    this.#replied = null;
    replied(null, reply);
  }

  #fail(error: Error): void {
    const replied = this.#replied;
    this.#replied = null;
    replied?.(error, null);
  }
}

/** Null when the head does not tell. */
function bodyLength(head: string): number | null {
  const match = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (match !== null) return Number(match[1]);
  return /^HTTP\/1\.1 (204|304)/.test(head) ? 0 : null;
}

/** The text of a request as it goes over the wire. */
export function requestText(method: string, path: string, body?: unknown): string {
  const start = `${method} ${path} HTTP/1.1\r\nHost: cart.test\r\n`;
  if (body === undefined) return `${start}\r\n`;
  const content = JSON.stringify(body);
  return `${start}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`;
}
