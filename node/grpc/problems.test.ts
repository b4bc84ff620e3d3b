import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { DamagedCartError, RetriableError, UnknownOutcomeError } from '../actor/errors.ts';
import { Rejection } from '../domain/rejection.ts';
import { ownProblems, toProblem } from './problems.ts';
import type { RetriableCode } from '../actor/errors.ts';

describe('gRPC problems', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  /** Code to the statuses of the row that names it. */
  const documented = new Map<string, string>();
  for (const [, statuses = '', codes = ''] of readme.matchAll(/^\| ([A-Z_, ]+) \| (`.*?) \|/gm))
    for (const [, code = ''] of codes.matchAll(/`([a-z-]+)`/g)) documented.set(code, statuses);

  it('of this edge are all documented, with the status that they have', () => {
    assert.ok(documented.size > 20);
    for (const [code, number] of Object.entries(ownProblems))
      assert.ok(documented.get(code)?.split(', ').includes(status[number]), code);
  });

  it('of the inner layers have the documented status', () => {
    const retriable = (code: string): Error => new RetriableError(code as RetriableCode, 'x', 1000);
    for (const error of [
      new Rejection('missing', 'unknown-line', 'x'),
      new Rejection('missing', 'unknown-sku', 'x'),
      new Rejection('invalid', 'quantity-limit', 'x'),
      new Rejection('invalid', 'idempotency-key-reused', 'x'),
      new Rejection('conflict', 'already-ordered', 'x'),
      new Rejection('conflict', 'request-in-progress', 'x'),
      new Rejection('precondition', 'version-mismatch', 'x'),
      ...['journal-unavailable', 'catalog-unavailable', 'closing', 'ownership-lost'].map(retriable),
      ...['journal-full', 'mailbox-full', 'pool-full', 'watchers-full'].map(retriable),
      new UnknownOutcomeError(),
      new DamagedCartError('x'),
      new TypeError('x'),
    ]) {
      const { code, status: number } = toProblem(error);
      assert.ok(documented.get(code)?.split(', ').includes(status[number]), `${code} ${status[number]}`);
    }
  });

  it('keep what went wrong for the log, and tell nothing of it', () => {
    const secret = new Error('a secret of the house');
    const { message, cause } = toProblem(secret);
    assert.equal(cause, secret);
    assert.doesNotMatch(message, /secret/);
  });
});
