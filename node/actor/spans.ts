import { Rejection } from '../domain/rejection.ts';
import type { Catalog } from '../catalog/port.ts';
import type { WriteOutcome } from '../journal/port.ts';
import type { Attributes, MaybeSpan, Span } from '../observability/trace.ts';
import type { MutationRequest } from './grain.ts';

/** The spans of a mutation on its way through its grain, for requests that are traced. */

/** From the mutation's arrival at its grain to its answer. */
export function beginApply({ span, mutation }: MutationRequest): MaybeSpan {
  return span?.child(`grain ${mutation.type}`);
}

/** A second end, of a request that was answered before its fate was known, is none. */
export function endApply(span: Span, attributes: Attributes, error?: Error): void {
  if (error instanceof Rejection) {
    span.set({ 'cartwright.rejection': error.code });
    span.end();
    return;
  }
  span.set(attributes);
  span.end(error);
}

/** A record of the cart, from the moment it is ready to the journal's answer: one span in the trace of each mutation in it. Null where none is traced. */
export function beginAppend(
  applied: readonly { readonly pending: { readonly span: MaybeSpan } }[],
): Span[] | null {
  let spans: Span[] | null = null;
  for (const { pending } of applied) {
    if (pending.span === null || pending.span === undefined) continue;
    spans ??= [];
    spans.push(pending.span.child('journal append', { 'cartwright.record.mutations': applied.length }));
  }
  return spans;
}

export function endAppend(spans: readonly Span[], outcome: WriteOutcome): void {
  for (const span of spans) {
    span.set({ 'cartwright.journal.outcome': outcome.status });
    if (outcome.status === 'ok') span.end();
    else span.end('error' in outcome ? outcome.error : new Error(outcome.status));
  }
}

/** The catalog, as one request asks it. */
export function tracedCatalog(catalog: Catalog, span: MaybeSpan): Catalog {
  if (span === null || span === undefined) return catalog;
  return {
    product: (query) => catalog.product(query, span),
    delivery: (query) => catalog.delivery(query, span),
    trouble: () => catalog.trouble(),
    close: () => catalog.close(),
  };
}
