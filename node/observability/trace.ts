/**
 * Traces as the parts of a node see them: spans that belong to a request. Whoever begins something gets the span that it happens in, or none
 * where nothing is traced; OpenTelemetry is behind `otlp-tracing.ts` and nowhere else.
 *
 * Ids of carts are secrets and have no place in attributes; their hash has.
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** W3C trace context, as it comes and goes in headers or metadata. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** `server`: serves a caller; `client`: waits for another service; `internal`: neither. */
export type SpanKind = 'server' | 'client' | 'internal';

export interface Span {
  /** 32 hex digits, for the log. */
  readonly traceId: string;
  /** Begins a span within this one. Its name is one of a fixed set, as metrics' labels are. */
  child(name: string, attributes?: Attributes, kind?: SpanKind): Span;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Has another service go on with this trace. */
  headers(): Readonly<Record<string, string>>;
  /** Once. With an error where the node failed; what was refused for good reason is no failure of a span. */
  end(error?: unknown): void;
}

export interface Tracer {
  /** Begins the span of a request from outside; in the caller's trace, where it has one. */
  serve(name: string, caller: TraceHeaders, attributes?: Attributes): Span;
}

/** Where a trace may or may not be: most requests have none. */
export type MaybeSpan = Span | null | undefined;

/** The service that a span of kind `client` waits for. The address may have credentials, a path and a query: none of them is told. */
export function serverAt(url: string): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

/** Waits within a span of its own. */
export function traced<T>(parent: MaybeSpan, name: string, run: (span: MaybeSpan) => Promise<T>): Promise<T> {
  return parent === null || parent === undefined ? run(null) : within(parent.child(name), run);
}

/** Waits within this span, and ends it. */
async function within<T>(span: Span, run: (span: Span) => Promise<T>): Promise<T> {
  try {
    const result = await run(span);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
