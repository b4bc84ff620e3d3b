import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../cartwright/dashboards/', import.meta.url);

/** A query of a dashboard as Prometheus takes it, and where it is found. */
export interface DashboardQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly query: string;
}

interface GrafanaJson {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

/**
 * Every query of the chart's dashboards, those of their variables too. Everything is chosen, as when a dashboard is opened; Grafana's own interval becomes `rateInterval`. Run
 * as a command, it prints them, a line of JSON each.
 */
export function dashboardQueries(rateInterval: string): DashboardQuery[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) =>
      queriesOf(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as GrafanaJson, rateInterval),
    );
}

function queriesOf({ title, panels, templating }: GrafanaJson, rateInterval: string): DashboardQuery[] {
  const ofVariables = templating.list.flatMap(({ name, definition }) => {
    const selector = /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1];
    return selector === undefined ? [] : [{ panel: `variable ${name}`, expr: selector }];
  });
  const ofPanels = panels.flatMap(({ title: panel, targets = [] }) =>
    targets.map(({ expr }) => ({ panel, expr })),
  );
  return [...ofVariables, ...ofPanels].map(({ panel, expr }) => {
    const query = expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/"\$\w+"/g, '".*"');
    if (query.includes('$')) throw new Error(`${title}, ${panel}: an unknown variable in ${query}`);
    return { dashboard: title, panel, query };
  });
}

if (import.meta.main)
  for (const query of dashboardQueries('5m')) process.stdout.write(`${JSON.stringify(query)}\n`);
