import { problems } from './problems.ts';
import type { ProblemCode } from './problems.ts';
import type { RouteDefinition } from './routes.ts';

/** Which problems an operation may answer. Tests see that no answer has another one. */

/** Any request, before a route has it. */
const always = [
  'headers-too-large',
  'internal-error',
  'malformed-request',
  'method-not-allowed',
  'node-overloaded',
  'not-found',
  'rate-limited',
  'request-timeout',
] as const satisfies readonly ProblemCode[];

/** The cart has to be read. */
const reading = [
  'cart-damaged',
  'cart-owned-elsewhere',
  'closing',
  'journal-unavailable',
  'ownership-lost',
  'pool-full',
] as const satisfies readonly ProblemCode[];

const foreign = ['cross-site', 'prefetch-refused'] as const satisfies readonly ProblemCode[];
const query = ['invalid-value', 'unknown-field'] as const satisfies readonly ProblemCode[];

const changing = [
  ...reading,
  ...foreign,
  'already-ordered',
  'cart-merged',
  'cart-merging',
  'idempotency-key-reused',
  'invalid-header',
  'journal-full',
  'mailbox-full',
  'remembered-requests-full',
  'request-in-progress',
  'unknown-outcome',
  'version-mismatch',
] as const satisfies readonly ProblemCode[];

/** The cart is changed by what the checkout provider knows. */
const checkingOut = [
  ...reading,
  ...foreign,
  'already-ordered',
  'cart-merged',
  'cart-merging',
  'catalog-unavailable',
  'checkout-busy',
  'checkout-conflict',
  'checkout-off',
  'checkout-provider-error',
  'checkout-provider-timeout',
  'journal-full',
  'mailbox-full',
  'remembered-requests-full',
  'unknown-outcome',
] as const satisfies readonly ProblemCode[];

const body = [
  'body-not-json',
  'body-too-large',
  'invalid-value',
  'unknown-field',
  'unsupported-media-type',
] as const satisfies readonly ProblemCode[];

/** Sorted by status, then by code. */
export function problemsOf({ action, doc }: RouteDefinition, byId: boolean): ProblemCode[] {
  const codes = new Set<ProblemCode>([...always, ...(doc.problems ?? [])]);
  const add = (...lists: (readonly ProblemCode[])[]): void => lists.flat().forEach((code) => codes.add(code));
  if (doc.body !== undefined) add(body);
  if (doc.query !== undefined) add(query);
  switch (action.kind) {
    case 'read':
      add(reading, ['invalid-header']);
      // A cookie for an ordered cart has what that left to another one finished.
      if (!byId) add(['journal-full', 'mailbox-full', 'unknown-outcome']);
      break;
    case 'history':
      add(reading);
      break;
    case 'events':
      add(reading, foreign, ['invalid-header', 'watchers-full']);
      break;
    case 'mutate':
    case 'merge':
      add(changing);
      break;
    case 'checkout':
    case 'callback':
      add(checkingOut);
      break;
    case 'forget':
      add(byId ? changing : foreign);
  }
  return [...codes].sort((a, b) => problems[a][0] - problems[b][0] || a.localeCompare(b));
}

/** The problem as it is answered, without what differs from answer to answer. */
export function exampleOf(code: ProblemCode): object {
  const [status, title] = problems[code];
  return {
    type: `https://cartwright.dev/problems/${code}`,
    title,
    status,
    detail: title,
    instance: 'urn:uuid:6f1c2f0e-8a55-4e0c-9d55-2b1d7f3f8a10',
    code,
    ...(code === 'already-ordered' && { confirmationUrl: 'https://shop.example/thanks?order=1' }),
    ...(code.startsWith('checkout-provider') && {
      correlationId: '0f9d9b8e-5c0a-4d0b-9a63-0c6a3f6a4f0e',
      providerCorrelationId: '5d1f7c5a-2a5e-4c8b-8a55-3f0f6c9e1b7d',
    }),
  };
}
