import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { crdsTemplate, readCrds } from './crds.ts';
import { grafanaDashboard } from './dashboards/grafana.ts';
import { nodesDashboard } from './dashboards/nodes.ts';
import { operatorDashboard } from './dashboards/operator.ts';
import { chartYaml } from './metadata.ts';
import { valuesSchema, valuesTable, valuesYaml } from './values-files.ts';

/**
 * Makes the files of the chart that have a source elsewhere: its values, its description, the CRDs, the dashboards. With `--check` it only says which of them are not as their source
 * says; exit code 1 then.
 */
const CHART = new URL('cartwright/', import.meta.url);
const TABLE = /(?<=<!-- values -->\n)[^]*(?=<!-- \/values -->)/;

function generated(): Map<string, string> {
  const crds = readCrds();
  const readme = readFileSync(new URL('README.md', CHART), 'utf8');
  if (!TABLE.test(readme)) throw new Error('README.md has no place for the table of values');
  return new Map([
    ['Chart.yaml', chartYaml(crds)],
    ['values.yaml', valuesYaml()],
    ['values.schema.json', valuesSchema()],
    ['README.md', readme.replace(TABLE, () => `${valuesTable()}\n`)],
    ['templates/crds.yaml', crdsTemplate(crds)],
    ['dashboards/nodes.json', json(grafanaDashboard(nodesDashboard))],
    ['dashboards/operator.json', json(grafanaDashboard(operatorDashboard))],
  ]);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function current(path: string): string | null {
  try {
    return readFileSync(new URL(path, CHART), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const [path, content] of generated()) {
  if (current(path) === content) continue;
  if (values.check) {
    process.stderr.write(`charts/cartwright/${path} is not what its source says: make chart\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(new URL(path, CHART), content);
    process.stdout.write(`made charts/cartwright/${path}\n`);
  }
}
