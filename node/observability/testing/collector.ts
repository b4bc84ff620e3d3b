import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../proof/child.ts';

const built = join(import.meta.dirname, '../../../.cache/collector/collector');

const STOP_MS = 10_000;

/** The OpenTelemetry Collector: the one that `make collector` builds, or what `OTELCOL` names. Null where there is none. */
export function collectorCommand(): string | null {
  const command = process.env['OTELCOL'] ?? (existsSync(built) ? built : null);
  if (command === null) return null;
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0 ? command : null;
}

/** A span as the Collector wrote it down. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** As in the protocol: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Line {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, 'attributes' | 'failed' | 'parentSpanId'> & {
        readonly parentSpanId?: string;
        readonly attributes?: readonly Attribute[];
        readonly status?: { readonly code?: number };
      })[];
    }[];
  }[];
}

/** A running Collector that takes OTLP over HTTP and writes what it got into a file. */
export class Collector implements AsyncDisposable {
  readonly endpoint: string;
  readonly #file: string;
  readonly #process: ChildProcess;

  private constructor(endpoint: string, file: string, process: ChildProcess) {
    this.endpoint = endpoint;
    this.#file = file;
    this.#process = process;
  }

  static async start(command: string, folder: string): Promise<Collector> {
    const port = await freePort();
    const file = join(folder, 'traces.json');
    const config = [
      `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}`,
      `exporters: {file: {path: ${JSON.stringify(file)}, flush_interval: 20ms}}`,
      'service: {telemetry: {metrics: {level: none}}, pipelines: {traces: {receivers: [otlp], exporters: [file]}}}',
    ];
    const child = spawn(command, [`--config=yaml:${config.join('\n')}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (data: Buffer) => (log += data.toString()));
    const collector = new Collector(`http://127.0.0.1:${port}`, file, child);
    const deadlineMs = performance.now() + 15_000;
    while (!/Everything is ready/.test(log)) {
      if (child.exitCode !== null || performance.now() > deadlineMs) {
        child.kill('SIGKILL');
        throw new Error(`the Collector does not start:\n${log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return collector;
  }

  /** It writes what it got a little later, and all of it before it ends. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = once(this.#process, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** Everything that it wrote of what it got. */
  get text(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
  }

  get spans(): CollectedSpan[] {
    return this.#lines.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map(({ attributes, status, parentSpanId = '', ...rest }) => {
            return { ...rest, parentSpanId, attributes: plain(attributes), failed: status?.code === 2 };
          }),
        ),
      ),
    );
  }

  /** Of the process that sent the first spans. */
  get resource(): Readonly<Record<string, unknown>> {
    return plain(this.#lines[0]?.resourceSpans[0]?.resource.attributes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const ended = once(this.#process, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    this.#process.kill('SIGKILL');
    await ended;
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  get #lines(): Line[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }
}

function plain(attributes: readonly Attribute[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value['stringValue'] ?? value['boolValue'] ?? Number(value['intValue'] ?? value['doubleValue']),
    ]),
  );
}
