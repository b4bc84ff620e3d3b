import type { Attributes, Span, SpanKind, TraceHeaders, Tracer } from '../trace.ts';

/** A span as a test sees it. */
export interface RecordedSpan {
  /** 16 hex digits, as in the headers that it sends along. */
  readonly id: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: RecordedSpan | null;
  readonly caller: TraceHeaders | null;
  readonly attributes: Record<string, string | number | boolean>;
  /** How often it was ended: once, in the end. */
  readonly ends: number;
  readonly error: unknown;
}

const TRACE_ID = '1'.repeat(32);

/** Remembers every span. */
export class SpanRecorder implements Tracer {
  readonly spans: RecordedSpan[] = [];
  #begun = 0;

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

  #begin(begun: Omit<RecordedSpan, 'id' | 'ends' | 'error'>): Span {
    this.#begun += 1;
    const id = this.#begun.toString(16).padStart(16, '0');
    const recorded = { id, ...begun, ends: 0, error: undefined as unknown };
    this.spans.push(recorded);
    return {
      traceId: TRACE_ID,
      child: (name, attributes = {}, kind = 'internal') =>
        this.#begin({ name, kind, parent: recorded, caller: null, attributes: { ...attributes } }),
      rename: (name) => Object.assign(recorded, { name }),
      set: (attributes) => Object.assign(recorded.attributes, attributes),
      headers: () => ({ traceparent: `00-${TRACE_ID}-${id}-01`, tracestate: 'recorder=1' }),
      end: (error) => Object.assign(recorded, { ends: recorded.ends + 1, error: recorded.error ?? error }),
    };
  }
}
