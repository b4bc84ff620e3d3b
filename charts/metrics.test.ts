import assert from 'node:assert/strict';
import { pino } from 'pino';
import { GrpcMetrics } from '../node/observability/grpc-metrics.ts';
import { Metrics } from '../node/observability/metrics.ts';
import { readConfig } from '../operator/config.ts';
import { systemClock } from '../operator/kube/clock.ts';
import { Operator } from '../operator/operator.ts';
import { dashboardQueries } from './dashboards/queries.ts';
import { readRules } from './rules.ts';
import type { Registry } from 'prom-client';

describe('metrics that rules and dashboards ask for', () => {
  const { alerts, recordings } = readRules();
  const expressions = [
    ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
    ...recordings.map(({ record, expr }) => ({ where: record, expr })),
    ...dashboardQueries('5m').map(({ panel, query }) => ({ where: panel, expr: query })),
  ];
  const recorded = new Set(recordings.map(({ record }) => record));

  function ofNode(): Registry {
    const metrics = new Metrics('1.2.3');
    const none = (): number => 0;
    const gauges = {
      carts: none,
      activeCarts: none,
      mailboxDepth: none,
      watchers: none,
      unfinishedMerges: none,
      commitWaiting: none,
      shedding: none,
    };
    metrics.observe({ ...gauges, ready: () => true });
    new GrpcMetrics(metrics.registry).observe({ calls: 0, streams: 0 });
    return metrics.registry;
  }

  function ofOperator(): Registry {
    return new Operator({
      config: readConfig({}),
      version: '1.2.3',
      logger: pino({ level: 'silent' }),
      // Nothing is started, so nothing is sent.
      transport: { host: 'nowhere', send: () => Promise.reject(new Error('nobody asks')) },
      clock: systemClock,
      random: Math.random,
      identity: 'test',
    }).registry;
  }

  /** Names of time series: a histogram has three. */
  async function seriesOf(registry: Registry): Promise<string[]> {
    const metrics = await registry.getMetricsAsJSON();
    return metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    );
  }

  it('are there', async () => {
    const known = new Set([...(await seriesOf(ofNode())), ...(await seriesOf(ofOperator())), ...recorded]);
    assert.ok(known.size > 80);
    for (const { where, expr } of expressions) {
      const names = namesIn(expr);
      assert.ok(names.length > 0, `${where} asks for something`);
      for (const name of names) assert.ok(known.has(name), `${where} asks for ${name}`);
    }
  });

  it('are no cart’s: a label with an id in it would be a time series each', () => {
    for (const { where, expr } of expressions) assert.doesNotMatch(expr, /\bcart(_id)?\b/, where);
  });
});

/** What is neither a function, a keyword, a label nor a string. */
function namesIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|ignoring|group_left|group_right|without)\s*\([^)]*\)/g, '');
  const words = bare.match(/[a-zA-Z_:][\w:]*(?!\w|\s*\()/g) ?? [];
  return words.filter((word) => !['and', 'or', 'unless', 'bool', 'by'].includes(word) && word.length > 3);
}
