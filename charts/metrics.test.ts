import assert from 'node:assert/strict';
import { pino } from 'pino';
import { readConfig } from '../operator/config.ts';
import { systemClock } from '../operator/kube/clock.ts';
import { Operator } from '../operator/operator.ts';
import { dashboardQueries } from './dashboards/queries.ts';
import { readRules } from './rules.ts';
import { scrapeNode } from './testing/scraped-node.ts';

/** What no dashboard shows, and why not. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  cartcluster_events_recorded_total: 'the events themselves are in Kubernetes, with what they say',
  workqueue_adds_total: 'what was added was reconciled, and reconciles are shown',
  workqueue_work_duration_seconds: 'a key’s work is its reconcile, whose time is shown',
  workqueue_unfinished_work_seconds: 'CartwrightReconcileStuck asks for the longest one',
  workqueue_longest_running_processor_seconds: 'CartwrightReconcileStuck asks for it',
  controller_runtime_terminal_reconcile_errors_total: 'they are among the errors, which are shown',
  controller_runtime_max_concurrent_reconciles: 'a setting, which never changes while the operator runs',
};

/** Node.js and prom-client have more of these than anybody looks at. */
const OF_THE_RUNTIME = /^(nodejs|process)_/;

interface Metric {
  readonly name: string;
  readonly type: string;
}

describe('metrics that rules and dashboards ask for', () => {
  const { alerts, recordings } = readRules();
  const expressions = [
    ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
    ...recordings.map(({ record, expr }) => ({ where: record, expr })),
    ...dashboardQueries('5m').map(({ panel, query }) => ({ where: panel, expr: query })),
  ];
  const recorded = new Set(recordings.map(({ record }) => record));

  let ofNode: readonly Metric[];
  let ofOperator: readonly Metric[];

  before(async () => {
    ofNode = metricsIn((await scrapeNode()).fresh);
    const { registry } = new Operator({
      config: readConfig({}),
      version: '1.2.3',
      logger: pino({ level: 'silent' }),
      // Nothing is started, so nothing is sent.
      transport: { host: 'nowhere', send: () => Promise.reject(new Error('nobody asks')) },
      clock: systemClock,
      random: Math.random,
      identity: 'test',
    });
    ofOperator = metricsIn(await registry.metrics());
  });

  it('are there', () => {
    const known = new Set([...[...ofNode, ...ofOperator].flatMap(seriesOf), ...recorded]);
    assert.ok(known.size > 80);
    for (const { where, expr } of expressions) {
      const names = namesIn(expr);
      assert.ok(names.length > 0, `${where} asks for something`);
      for (const name of names) assert.ok(known.has(name), `${where} asks for ${name}`);
    }
  });

  it('are on a dashboard, all that a node and the operator have, or it is said why not', () => {
    const asked = new Set(dashboardQueries('5m').flatMap(({ query }) => namesIn(query)));
    const notShown = [...ofNode, ...ofOperator].filter(
      (metric) => !OF_THE_RUNTIME.test(metric.name) && !seriesOf(metric).some((name) => asked.has(name)),
    );
    assert.deepEqual(notShown.map(({ name }) => name).sort(), Object.keys(NOT_SHOWN).sort());
  });

  it('are no cart’s: a label with an id in it would be a time series each', () => {
    for (const { where, expr } of expressions) assert.doesNotMatch(expr, /\bcart(_id)?\b/, where);
  });
});

/** Of what Prometheus is given. */
function metricsIn(text: string): Metric[] {
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
}

/** Names of time series: a histogram has three. */
function seriesOf({ name, type }: Metric): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
}

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
