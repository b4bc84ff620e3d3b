import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { promtool } from '../promtool.ts';
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

describe('dashboards', () => {
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
    const folder = mkdtempSync(join(tmpdir(), 'cartwright-dashboards-'));
    try {
      const file = join(folder, 'queries.yaml');
      writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
      const judged = promtool(['check', 'rules', file]);
      assert.ok(judged?.ok ?? true, judged?.said);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
