import { hostname } from 'node:os';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Context, Span as OtelSpan, TextMapGetter, Tracer as OtelTracer } from '@opentelemetry/api';
import type { ReadableSpan, Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Attributes, Span, SpanKind as Kind, TraceHeaders } from './trace.ts';
import type { Tracing, TracingOptions } from './tracing.ts';
import type { TracingSettings } from './tracing-settings.ts';

/** Spans that wait to be sent; beyond it they are dropped. */
const QUEUE_MAX = 8192;
const BATCH_MAX = 512;
const SEND_EVERY_MS = 2000;
/** One batch, its repetitions included. */
const SEND_TIMEOUT_MS = 10_000;
/** Batches under way at once. */
const SENDING_MAX = 4;

const propagator = new W3CTraceContextPropagator();
const headersOf: TextMapGetter<TraceHeaders> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name as keyof TraceHeaders],
};
const kinds: Readonly<Record<Kind, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
};

type Counted = TracingOptions['counted'];

/**
 * Traces by the OpenTelemetry SDK, sent as protobuf over HTTP. Spans are passed along by hand: there is no context that follows promises, which costs
 * every one of them.
 *
 * What the exporter's own variables say (`OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT`, `_COMPRESSION`, `_CERTIFICATE`) and `OTEL_RESOURCE_ATTRIBUTES` counts.
 */
export class OtlpTracing implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: OtelTracer;
  readonly #counted: Counted;

  constructor(settings: TracingSettings, options: TracingOptions) {
    const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`;
    const exporter = new OTLPTraceExporter({
      url,
      timeoutMillis: SEND_TIMEOUT_MS,
      concurrencyLimit: SENDING_MAX,
    });
    this.#counted = options.counted;
    this.#provider = new TracerProvider({
      resource: defaultResource()
        .merge(
          resourceFromAttributes({
            'service.name': settings.OTEL_SERVICE_NAME,
            'service.version': options.version,
            'service.instance.id': options.node,
            'host.name': hostname(),
          }),
        )
        .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
      sampler: samplerOf(settings),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: observed(exporter, options),
          maxQueueSize: QUEUE_MAX,
          maxExportBatchSize: BATCH_MAX,
          scheduledDelayMillis: SEND_EVERY_MS,
          exportTimeoutMillis: SEND_TIMEOUT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('cartwright', options.version);
  }

  serve(name: string, caller: TraceHeaders, attributes: Attributes = {}): Span {
    const parent = propagator.extract(ROOT_CONTEXT, caller, headersOf);
    return begin(this.#tracer, this.#counted, parent, name, attributes, 'server');
  }

  async close(withinMs: number): Promise<void> {
    const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), withinMs);
    try {
      await Promise.race([this.#provider.shutdown(), timeUp]);
    } catch {
      // Counted and told where it failed.
    } finally {
      clearTimeout(timer);
    }
  }
}

function begin(
  tracer: OtelTracer,
  counted: Counted,
  parent: Context,
  name: string,
  attributes: Attributes,
  kind: Kind,
): Span {
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, parent);
  return new TracedSpan(tracer, counted, span, trace.setSpan(parent, span));
}

class TracedSpan implements Span {
  readonly #tracer: OtelTracer;
  readonly #counted: Counted;
  readonly #span: OtelSpan;
  readonly #context: Context;

  constructor(tracer: OtelTracer, counted: Counted, span: OtelSpan, context: Context) {
    this.#tracer = tracer;
    this.#counted = counted;
    this.#span = span;
    this.#context = context;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  child(name: string, attributes: Attributes = {}, kind: Kind = 'internal'): Span {
    return begin(this.#tracer, this.#counted, this.#context, name, attributes, kind);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  headers(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    const setter = { set: (_: unknown, name: string, value: string) => void (headers[name] = value) };
    propagator.inject(this.#context, headers, setter);
    return headers;
  }

  end(error?: unknown): void {
    const sampled = (this.#span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
    if (sampled && this.#span.isRecording()) this.#counted('ended', 1);
    if (error !== undefined) {
      // No message and no stack: they may quote what a client sent.
      const type = typeOf(error);
      this.#span.setAttribute('error.type', type);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: type });
    }
    this.#span.end();
  }
}

/** The code that errors of this node have, else the error's name. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingSettings): Sampler {
  const root = name.endsWith('on')
    ? new AlwaysOnSampler()
    : name.endsWith('off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** Counts what was sent, and tells when that begins to fail and when it works again. */
function observed(exporter: OTLPTraceExporter, { counted, trouble }: TracingOptions): SpanExporter {
  let failing = false;
  return {
    export: (spans: ReadableSpan[], done) => {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        counted(failed ? 'failed' : 'sent', spans.length);
        if (failed !== failing) trouble(result.error ?? null);
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}
