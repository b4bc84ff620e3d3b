import type { Attributes, Span, SpanKind, TraceHeaders, Tracer } from '../trace.ts';

/** A span as a test sees it. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: RecordedSpan | null;
  readonly caller: TraceHeaders | null;
  readonly attributes: Record<string, string | number | boolean>;
  /** How often it was ended: once, in the end. */
  readonly ends: number;
  readonly error: unknown;
}

/** Remembers every span. */
export class SpanRecorder implements Tracer {
  readonly spans: RecordedSpan[] = [];

  serve(name: string, caller: TraceHeaders, attributes: Attributes = {}): Span {
    return this.#begin({ name, kind: 'server', parent: null, caller, attributes: { ...attributes } });
  }

  /** The spans as lines, each below the one that it is in: `- GET /cart/`. */
  get tree(): string[] {
    const lines = (parent: RecordedSpan | null, depth: number): string[] =>
      this.spans
        .filter((span) => span.parent === parent)
        .flatMap((span) => [`${'  '.repeat(depth)}- ${span.name}`, ...lines(span, depth + 1)]);
    return lines(null, 0);
  }

  #begin(begun: Omit<RecordedSpan, 'ends' | 'error'>): Span {
    const recorded = { ...begun, ends: 0, error: undefined as unknown };
    this.spans.push(recorded);
    return {
      traceId: '0'.repeat(32),
      child: (name, attributes = {}, kind = 'internal') =>
        this.#begin({ name, kind, parent: recorded, caller: null, attributes: { ...attributes } }),
      rename: (name) => Object.assign(recorded, { name }),
      set: (attributes) => Object.assign(recorded.attributes, attributes),
      headers: () => ({
        traceparent: `00-${'0'.repeat(32)}-${String(this.spans.length).padStart(16, '0')}-01`,
      }),
      end: (error) => Object.assign(recorded, { ends: recorded.ends + 1, error: recorded.error ?? error }),
    };
  }
}
