import type { Metadata } from '@grpc/grpc-js';
import type { Span, Tracer } from '../observability/trace.ts';
import type { GrpcProblem } from './problems.ts';

/** The span of a call, by OpenTelemetry's conventions for RPC servers. Null where nothing is traced. */
export function beginSpan(
  tracer: (() => Tracer | null) | undefined,
  service: string,
  method: string,
  metadata: Metadata,
): Span | null {
  const open = tracer?.() ?? null;
  if (open === null) return null;
  const caller = { traceparent: first(metadata, 'traceparent'), tracestate: first(metadata, 'tracestate') };
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
  return open.serve(`${service}/${method}`, caller, attributes);
}

/** A server's span fails where the server did; what a client did wrong is its own affair. */
export function endSpan(span: Span, status: string, problem: GrpcProblem | null): void {
  span.set({ 'rpc.grpc.status_code': status });
  if (problem !== null) span.set({ 'cartwright.problem': problem.code });
  if (FAILURES.has(status)) span.end(problem ?? undefined);
  else span.end();
}

const FAILURES = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

function first(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
