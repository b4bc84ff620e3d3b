import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';

export interface ReceivedEvent {
  readonly id: number | null;
  readonly event: string;
  /** The data's JSON. */
  readonly data: unknown;
}

/** Reads a stream of server-sent events, as a browser does: an event counts once its empty line came, and the last id is kept. */
export class EventReader {
  readonly events: ReceivedEvent[] = [];
  comments = 0;
  retryMs: number | null = null;
  lastId: number | null = null;
  /** `null` while it is open; `end` when it came to its end, `cut` when the connection broke. */
  over: 'end' | 'cut' | null = null;
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  #rest = '';
  #waiting: (() => void)[] = [];

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#request = sent;
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#take(chunk));
    response.on('end', () => this.#ended('end'));
    response.on('error', () => this.#ended('cut'));
  }

  /** Rejects where the answer is no stream. */
  static open(port: number, path: string, headers: Record<string, string> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
        if (response.statusCode === 200) resolve(new EventReader(sent, response));
        else {
          response.destroy();
          reject(new Error(`no stream: ${String(response.statusCode)}`));
        }
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** What came, short: `state 3`, `change 4`. */
  get seen(): string[] {
    return this.events.map(({ event, id }) => (id === null ? event : `${event} ${id}`));
  }

  /** Resolves when the condition holds; it is looked at whenever something came. */
  async until(condition: (reader: this) => boolean, deadlineMs = 5000): Promise<void> {
    const deadline = AbortSignal.timeout(deadlineMs);
    while (!condition(this)) {
      await new Promise<void>((resolve, reject) => {
        const late = (): void =>
          reject(new Error(`after ${deadlineMs} ms: ${this.seen.join(', ')}; ${this.over ?? 'open'}`));
        if (deadline.aborted) late();
        deadline.addEventListener('abort', late, { once: true });
        this.#waiting.push(() => {
          deadline.removeEventListener('abort', late);
          resolve();
        });
      });
    }
  }

  /** Takes nothing more from the connection, and does not close it. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(chunk: string): void {
    const frames = (this.#rest + chunk).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) this.#frame(frame);
    this.#wake();
  }

  #frame(frame: string): void {
    let id: number | null = null;
    let event = 'message';
    let data: string | null = null;
    for (const line of frame.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments += 1;
      else if (field === 'id') id = Number(value);
      else if (field === 'event') event = value;
      else if (field === 'data') data = value;
      else if (field === 'retry') this.retryMs = Number(value);
    }
    this.lastId = id ?? this.lastId;
    if (data !== null) this.events.push({ id, event, data: JSON.parse(data) });
  }

  #ended(over: 'end' | 'cut'): void {
    this.over ??= over;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
