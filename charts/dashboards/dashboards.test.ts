import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { itNeeds } from '../../node/testing/needs.ts';
import { promtool } from '../promtool.ts';
import { scrapeNode } from '../testing/scraped-node.ts';
import { grafanaDashboard } from './grafana.ts';
import { nodesDashboard } from './nodes.ts';
import { operatorDashboard } from './operator.ts';
import { dashboardQueries } from './queries.ts';

interface Placed {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

describe('dashboards', function () {
  this.timeout(60_000);

  const dashboards = [nodesDashboard, operatorDashboard];
  const panelsOf = dashboards.map(
    (dashboard) => (grafanaDashboard(dashboard) as { readonly panels: readonly Placed[] }).panels,
  );

  it('have every panel on the screen once, and none above another', () => {
    for (const panels of panelsOf) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
      const taken = new Set<string>();
      for (const { title, gridPos } of panels) {
        assert.ok(gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            assert.ok(!taken.has(`${x} ${y}`), title);
            taken.add(`${x} ${y}`);
          }
      }
    }
  });

  it('say of each panel what it shows', () => {
    for (const { type, title, description } of panelsOf.flat())
      assert.ok(type === 'row' || (description ?? '') !== '', title);
  });

  it('list every query that they make, those for their choices too', () => {
    const panelQueries = dashboards.flatMap(({ rows }) =>
      rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries)),
    );
    const variables = dashboards.flatMap((dashboard) => dashboard.variables);
    const listed = dashboardQueries('5m');
    assert.equal(listed.length, panelQueries.length + variables.length);
    assert.ok(listed.every(({ query }) => !query.includes('$')));
  });

  it('ask what Prometheus understands, where its judge is installed', () => {
    const rules = dashboardQueries('5m').map(({ query }, index) => ({
      record: `query:${index}`,
      expr: query,
    }));
    const judged = judge(['check', 'rules'], { groups: [{ name: 'queries', rules }] });
    assert.ok(judged?.ok ?? true, judged?.said);
  });

  itNeeds(
    'promtool',
    'answer zero for what has not happened, and for what does not happen any more',
    async () => {
      const queries = dashboardQueries('5m').flatMap(({ dashboard, query }) =>
        dashboard === nodesDashboard.title && query.includes(' or on (pod) (0 * ') ? [query] : [],
      );
      for (const name of ['opened', 'validated', 'ordered', 'alarms', 'provider_calls', 'provider_duration'])
        assert.ok(queries.some((query) => query.includes(`cartwright_checkout_${name}`)));
      const { fresh, used } = await scrapeNode();
      const samples = { fresh: samplesIn(fresh), used: samplesIn(used) };
      assert.ok(samples.used.some(([series]) => series.startsWith('cartwright_checkout_provider_duration')));
      // As a node of an older release is, too, which has not all of these metrics.
      const ready = samples.fresh.filter(([series]) => /^cartwright_(ready|build_info)/.test(series));
      assert.equal(ready.length, 2);
      const tests = [ready, samples.fresh, samples.used].map((scraped) => ({
        interval: '1m',
        input_series: scraped.map(([series, value]) => ({ series, values: `${value}x30` })),
        // NaN, as the quantile of nothing is, is not zero.
        promql_expr_test: queries.map((query) => ({
          expr: `count((${query}) == 0)`,
          eval_time: '20m',
          exp_samples: [{ labels: '{}', value: 1 }],
        })),
      }));
      const judged = judge(['test', 'rules'], { rule_files: [], tests });
      assert.ok(judged?.ok, judged?.said);
    },
  );

  function judge(how: readonly string[], content: object): ReturnType<typeof promtool> {
    const folder = mkdtempSync(join(tmpdir(), 'cartwright-dashboards-'));
    try {
      const file = join(folder, 'judged.yaml');
      writeFileSync(file, stringify(content));
      return promtool([...how, file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

/** Of our own metrics, with the labels that Prometheus gives to what it scrapes. */
function samplesIn(text: string): (readonly [series: string, value: string])[] {
  const ofPod = 'job="shop",instance="a",namespace="web",pod="shop-0"';
  return [...text.matchAll(/^(cartwright_\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = '', labels, value = '']) => [
      `${name}{${[labels, ofPod].filter((part) => part !== undefined).join()}}`,
      value,
    ],
  );
}
