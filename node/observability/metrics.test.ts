import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Metrics } from './metrics.ts';
import { createLogger, hashedCart, logRequest } from './logger.ts';
import { HttpProblem } from '../http/problems.ts';
import { itNeeds } from '../testing/needs.ts';
import type { RequestDone } from '../http/app.ts';

const request: RequestDone = {
  route: '/cart/',
  method: 'POST',
  status: 200,
  durationMs: 3,
  cart: 'secretcartid',
  problem: null,
};

async function scrape(): Promise<string> {
  const metrics = new Metrics('1.2.3');
  const numbers = {
    carts: () => 5,
    activeCarts: () => 2,
    mailboxDepth: () => 1,
    watchers: () => 3,
    unfinishedMerges: () => 0,
    commitWaiting: () => 0,
    shedding: () => 0.25,
  };
  metrics.observe({ ...numbers, ready: () => true });
  metrics.requestDone(request);
  metrics.requestDone({
    ...request,
    route: 'other',
    method: 'BREW',
    status: 404,
    problem: new HttpProblem('not-found', 'x'),
  });
  metrics.mutationDone({ type: 'Clear', message: {} }, 'applied', 2);
  metrics.batchDone('append', 12, 1.5, 3);
  metrics.evicted('idle');
  metrics.damaged();
  metrics.readerCut();
  metrics.catalogLookup('hit');
  return metrics.registry.metrics();
}

describe('metrics', () => {
  it('count requests, mutations, batches and carts', async () => {
    const text = await scrape();
    for (const line of [
      'http_requests_total{route="/cart/",method="POST",status="200"} 1',
      'http_requests_total{route="other",method="other",status="404"} 1',
      'cartwright_http_problems_total{code="not-found"} 1',
      'cartwright_mutations_total{mutation="Clear",outcome="applied"} 1',
      'cartwright_journal_batch_entries_sum{kind="append"} 12',
      'cartwright_journal_refused_total{kind="append"} 3',
      'cartwright_pool_evictions_total{reason="idle"} 1',
      'cartwright_pool_carts 5',
      'cartwright_watchers 3',
      'cartwright_watchers_cut_total 1',
      'cartwright_shedding_ratio 0.25',
      'cartwright_ready 1',
      `cartwright_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ]) {
      assert.ok(text.split('\n').includes(line), line);
    }
  });

  it('keep to Prometheus’ naming', async () => {
    const text = await scrape();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name ?? '', type]),
    );
    for (const [name, type] of types) {
      assert.match(name, /^(cartwright|http|nodejs|process)_[a-z0-9_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
      assert.ok(!/_(ms|milliseconds|minutes|kb|mb)(_|$)/.test(name), `${name} is in base units`);
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
    }
  });

  itNeeds('promtool', 'are clean in the eyes of promtool', async () => {
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await scrape(),
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
  });
});

describe('log', () => {
  function lines(level: string, ...requests: RequestDone[]): Record<string, unknown>[] {
    const written: string[] = [];
    const logger = createLogger(level, 'n1', { write: (line: string) => void written.push(line) });
    for (const one of requests) logRequest(logger, one);
    return written.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  const failed = {
    ...request,
    status: 500,
    problem: new HttpProblem('internal-error', 'x', [], {}, { cause: new Error('the cause') }),
  };

  it('has no line for what went well, and one for what did not', () => {
    const found = lines('info', request, failed, {
      ...request,
      status: 503,
      problem: new HttpProblem('journal-full', 'x'),
    });
    assert.deepEqual(
      found.map(({ level, status }) => [level, status]),
      [
        ['error', 500],
        ['warn', 503],
      ],
    );
    assert.match(JSON.stringify(found[0]), /the cause/);
    assert.match(failed.problem.instance, /^urn:uuid:[0-9a-f-]{36}$/);
    assert.equal(found[0]?.['instance'], failed.problem.instance, 'what the client can tell us');
    assert.equal(lines('debug', request).length, 1);
  });

  it('shows a hash in place of a cart’s id', () => {
    const text = JSON.stringify(lines('debug', request, failed));
    assert.ok(!text.includes('secretcartid'));
    assert.ok(text.includes(hashedCart('secretcartid')));
  });

  it('blots out secrets', () => {
    const written: string[] = [];
    const logger = createLogger('info', 'n1', { write: (line: string) => void written.push(line) });
    logger.info(
      {
        request: { cookie: 'a-secret', authorization: 'b-secret' },
        config: { token: 'c-secret' },
        headers: { x: 'd-secret' },
      },
      'x',
    );
    assert.ok(!written.join('').includes('secret'));
  });
});
