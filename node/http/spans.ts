import type { IncomingMessage } from 'node:http';
import type { Span, TraceHeaders, Tracer } from '../observability/trace.ts';
import type { RequestDone } from './app.ts';

/** The span of a request, by OpenTelemetry's conventions for HTTP servers. Null where nothing is traced. */
export function beginSpan(
  tracer: (() => Tracer | null) | undefined,
  { method = '', headers }: IncomingMessage,
): Span | null {
  const open = tracer?.() ?? null;
  if (open === null) return null;
  const name = nameOf(method);
  const attributes = { 'http.request.method': name, 'url.scheme': 'http' };
  return open.serve(name, headers as TraceHeaders, attributes);
}

/** A server's span fails where the server did; what a client did wrong is its own affair. */
export function endSpan(
  span: Span,
  { route, method, status, problem }: Pick<RequestDone, 'route' | 'method' | 'status' | 'problem'>,
): void {
  span.rename(`${nameOf(method)} ${route}`);
  span.set({ 'http.route': route, 'http.response.status_code': status });
  if (problem !== null) span.set({ 'cartwright.problem': problem.code });
  if (status >= 500) span.end(problem ?? undefined);
  else span.end();
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** What clients make up is no name of a span. */
function nameOf(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}
