import { traced } from '../observability/trace.ts';
import { ProviderError } from './provider.ts';
import type { Attributes, MaybeSpan, Span } from '../observability/trace.ts';

/** The spans of checkouts, for requests that are traced. */

/** A call as the provider's API has it: with its own words where ids are. */
export interface CallTemplate {
  readonly method: string;
  readonly path: string;
}

export function beginCall(
  parent: MaybeSpan,
  { method, path }: CallTemplate,
  server: Attributes,
): Span | undefined {
  return parent?.child(
    `${method} ${path}`,
    { ...server, 'http.request.method': method, 'url.template': path },
    'client',
  );
}

/** A provider that says no does what it is there for; what the node makes of that is for the request's span to say. */
export function endCall(span: Span, outcome: string, error?: unknown): void {
  span.set({ 'cartwright.checkout.outcome': outcome });
  span.end(error instanceof ProviderError && error.failure === 'refused' ? undefined : error);
}

/** Waits for what another request asked for first: the calls are in the trace of that one, and so is their failure. */
export function waited<T>(span: MaybeSpan, running: Promise<T>): Promise<T> {
  if (span === null || span === undefined) return running;
  return traced(span, 'checkout wait', () => Promise.allSettled([running])).then(() => running);
}
