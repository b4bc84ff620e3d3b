import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { RetriableError } from '../actor/errors.ts';
import { problem, toProblem } from '../grpc/problems.ts';
import { logCall } from './grpc-log.ts';
import { GrpcMetrics } from './grpc-metrics.ts';
import { createLogger, hashedCart } from './logger.ts';
import type { CallDone } from '../grpc/calls.ts';

const ok: CallDone = {
  service: 'messages.CartActor',
  method: 'GetState',
  status: 'OK',
  durationMs: 4,
  cart: 'c-secret',
  problem: null,
  unary: true,
  span: null,
};
const busy = toProblem(new RetriableError('closing', 'this node is shutting down', 1000));

describe('metrics of gRPC calls', () => {
  it('have rate, errors and duration by method', async () => {
    const registry = new Registry();
    const metrics = new GrpcMetrics(registry);
    metrics.observe({ calls: 3, streams: 2 });
    metrics.callDone(ok);
    metrics.callDone({ ...ok, status: 'UNAVAILABLE', problem: busy });
    metrics.callDone({ ...ok, method: 'WatchState', unary: false, status: 'CANCELLED' });
    const text = await registry.metrics();
    const labels = 'grpc_service="messages.CartActor",grpc_method="GetState"';
    for (const line of [
      `grpc_server_handled_total{${labels},grpc_code="OK"} 1`,
      `grpc_server_handled_total{${labels},grpc_code="UNAVAILABLE"} 1`,
      `grpc_server_handling_seconds_count{${labels}} 2`,
      `grpc_server_handling_seconds_bucket{le="0.005",${labels}} 2`,
      'cartwright_grpc_problems_total{code="closing"} 1',
      'cartwright_grpc_calls 3',
      'cartwright_grpc_streams 2',
    ])
      assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
    assert.match(text, /^grpc_server_handled_total\{.*WatchState.*CANCELLED"\} 1$/m);
    assert.doesNotMatch(text, /handling_seconds.*WatchState/, 'how long a watch was open says nothing');
  });
});

describe('log of gRPC calls', () => {
  function lines(level: string, ...calls: CallDone[]): Record<string, unknown>[] {
    const written: Record<string, unknown>[] = [];
    const write = (line: string): void => void written.push(JSON.parse(line) as Record<string, unknown>);
    const logger = createLogger(level, 'test', { write });
    for (const call of calls) logCall(logger, call);
    return written;
  }

  const mistake = problem('invalid-value', 'cartId: must have 1 to 64 letters');
  const mystery = toProblem(new Error('a secret of the house'));

  it('has what the node could not do, and not what clients do wrong', () => {
    const [warning, error, ...more] = lines(
      'info',
      ok,
      { ...ok, status: 'INVALID_ARGUMENT', problem: mistake },
      { ...ok, status: 'UNAVAILABLE', problem: busy },
      { ...ok, status: 'INTERNAL', problem: mystery },
    );
    assert.deepEqual(
      [warning?.['level'], warning?.['code'], warning?.['status']],
      ['warn', 'closing', 'UNAVAILABLE'],
    );
    assert.deepEqual([error?.['level'], error?.['instance']], ['error', mystery.instance]);
    assert.match(JSON.stringify(error?.['err']), /a secret of the house/);
    assert.deepEqual(more, []);
  });

  it('has each call at debug, and never a cart’s id', () => {
    const [line] = lines('debug', ok);
    assert.deepEqual([line?.['method'], line?.['cart']], ['GetState', hashedCart('c-secret')]);
    assert.ok(!JSON.stringify(line).includes('c-secret'));
  });
});
