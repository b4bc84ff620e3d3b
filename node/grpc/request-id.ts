import { invalid } from './mutations.ts';
import { problem } from './problems.ts';
import type { Metadata } from '@grpc/grpc-js';

const SHAPE = /^[\x20-\x7e]{1,255}$/;

/**
 * The caller's name for its request: the metadata `idempotency-key`, as over HTTP, or the field of the call's options.
 * Throws `invalid-metadata` or `invalid-value`; an empty one is a mistake, not none.
 */
export function requestIdOf(metadata: Metadata, requestId?: string): string | undefined {
  const [header, ...more] = metadata.get('idempotency-key');
  if (requestId !== undefined && !SHAPE.test(requestId))
    throw invalid('options.requestId', 'must be 1 to 255 printable ASCII characters');
  if (header === undefined) return requestId;
  const key = header.toString();
  if (more.length > 0 || !SHAPE.test(key))
    throw problem(
      'invalid-metadata',
      'idempotency-key must be one value of 1 to 255 printable ASCII characters',
    );
  if (requestId !== undefined && requestId !== key)
    throw invalid('options.requestId', 'differs from the metadata idempotency-key');
  return key;
}
