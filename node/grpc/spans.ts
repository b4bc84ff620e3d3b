import { status } from '@grpc/grpc-js';
import type { Metadata } from '@grpc/grpc-js';
import type { Span, Tracer } from '../observability/trace.ts';
import type { CallDone } from './calls.ts';

/** The span of a call; null where nothing is traced. A caller's trace comes in the metadata, by the names that HTTP has for it. */
export function beginSpan(
  tracer: Tracer | null,
  { service, method }: Pick<CallDone, 'service' | 'method'>,
  metadata: Metadata,
): Span | null {
  if (tracer === null) return null;
  const [traceparent, tracestate] = ['traceparent', 'tracestate'].map((name) =>
    metadata.get(name)[0]?.toString(),
  );
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
  return tracer.serve(`${service}/${method}`, { traceparent, tracestate }, attributes);
}

/** A server's span fails where the server did; what a client did wrong is its own affair. */
export function endSpan(span: Span, { status: name, problem }: Pick<CallDone, 'status' | 'problem'>): void {
  span.set({ 'rpc.grpc.status_code': status[name as keyof typeof status] });
  if (problem !== null) span.set({ 'cartwright.problem': problem.code });
  span.end(FAILED.has(name) ? (problem ?? new Error(name)) : undefined);
}

/** As OpenTelemetry has it for servers. */
const FAILED: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);
