import type { IncomingMessage } from 'node:http';
import type { Span, TraceHeaders, Tracer } from '../observability/trace.ts';
import type { RequestDone } from './app.ts';

/** The span of a request; null where nothing is traced. */
export function beginSpan(tracer: Tracer | null, { method, headers }: IncomingMessage): Span | null {
  if (tracer === null) return null;
  const name = spanMethod(method ?? '');
  return tracer.serve(name, headers as TraceHeaders, { 'http.request.method': name, 'url.scheme': 'http' });
}

/** A server's span fails where the server did; what a client did wrong is its own affair. */
export function endSpan(
  span: Span,
  { route, method, status, problem }: Pick<RequestDone, 'route' | 'method' | 'status' | 'problem'>,
): void {
  span.rename(`${spanMethod(method)} ${route}`);
  span.set({ 'http.route': route, 'http.response.status_code': status });
  if (problem !== null) span.set({ 'cartwright.problem': problem.code });
  if (status >= 500) span.end(problem ?? undefined);
  else span.end();
}

/** What clients make up is no name of a span. */
function spanMethod(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
