import type { Dashboard, Panel, Row, Variable } from './dashboard.ts';

const SCREEN_WIDTH = 24;
const STAT = { width: 4, height: 4 };
const GRAPH = { width: 8, height: 8 };
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Grafana's JSON model of a dashboard. Panels flow from left to right; each row starts anew. */
export function grafanaDashboard(dashboard: Dashboard): object {
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ['cartwright'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: '',
    annotations: { list: [] },
    links: [],
    templating: { list: [datasourceVariable, ...dashboard.variables.map(variable)] },
    panels: place(dashboard.rows),
  };
}

const datasourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
  hide: 0,
  refresh: 1,
};

function variable({ name, label, metric, of }: Variable): object {
  const query = `label_values(${metric}, ${of})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name },
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    refresh: 2,
    sort: 1,
  };
}

function place(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: inRow } of rows) {
    const header = { type: 'row', title, collapsed: false, panels: [] };
    panels.push({ id: panels.length + 1, ...header, gridPos: { x: 0, y, w: SCREEN_WIDTH, h: 1 } });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of inRow) {
      const { width, height } = panel.stat ? STAT : GRAPH;
      if (x + width > SCREEN_WIDTH) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      panels.push({ id: panels.length + 1, ...draw(panel), gridPos: { x, y, w: width, h: height } });
      x += width;
      lineHeight = Math.max(lineHeight, height);
    }
    y += lineHeight;
  }
  return panels;
}

function draw({ title, description, unit, stat, queries }: Panel): object {
  return {
    type: stat ? 'stat' : 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      legendFormat: legend,
      range: !stat,
      instant: stat ?? false,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(!stat && { custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, showPoints: 'never' } }),
      },
      overrides: [],
    },
    options: stat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none', graphMode: 'none' }
      : {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
  };
}
