import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RUNBOOKS } from './project.ts';
import { promtool } from './promtool.ts';
import { readRules, readRuleTests, rulesPath, ruleTestPaths } from './rules.ts';

describe('the chart’s rules', function () {
  this.timeout(60_000);

  const { alerts, recordings } = readRules();
  const tests = readRuleTests();

  it('have a severity and say what is wrong', () => {
    assert.ok(alerts.length > 15);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(alert, /^(CartNode|CartCluster|Cartwright)[A-Z]\w+$/);
      assert.ok(['critical', 'warning', 'info'].includes(labels['severity'] ?? ''), alert);
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook_url'], alert);
    }
  });

  it('have a runbook each, and no runbook is left over', () => {
    const runbooks = readFileSync(new URL('cartwright/runbooks.md', import.meta.url), 'utf8');
    const sections = runbooks.split(/^## /m).slice(1);
    assert.deepEqual(
      sections.map((section) => section.slice(0, section.indexOf('\n'))).sort(),
      alerts.map(({ alert }) => alert).sort(),
    );
    for (const section of sections)
      for (const part of ['**Means**:', '**Look**:', '**Do**:']) assert.ok(section.includes(part), section);
    for (const { alert, annotations } of alerts)
      assert.equal(annotations['runbook_url'], `${RUNBOOKS}#${alert.toLowerCase()}`);
  });

  it('have in the runbook of a stalled CartCluster every reason that the operator gives', () => {
    const operator = readFileSync(new URL('../operator/README.md', import.meta.url), 'utf8');
    const [, reasons = ''] = /^\| Stalled \|[^|]*\| (.*); NotStalled \|$/m.exec(operator) ?? [];
    const runbooks = readFileSync(new URL('cartwright/runbooks.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## CartClusterStalled\n([^]*?)^## /m.exec(runbooks) ?? [];
    const explained = [...section.matchAll(/^- `(\w+)`:/gm)].map(([, reason]) => reason);
    assert.ok(explained.length > 5);
    assert.deepEqual(explained, reasons.split(', '));
  });

  it('have in the runbook of paid orders that do not fit every reason that a node gives', () => {
    const placing = readFileSync(new URL('../node/checkout/placing.ts', import.meta.url), 'utf8');
    const reasons = [...placing.matchAll(/\.alarm\([^']*'([^']+)'/g)].map(([, reason]) => reason);
    assert.ok(reasons.length > 3);
    const runbooks = readFileSync(new URL('cartwright/runbooks.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## CartNodeCheckoutAlarms\n([^]*?)^## /m.exec(runbooks) ?? [];
    const explained = [...section.matchAll(/^- `([^`]+)`:/gm)].map(([, reason]) => reason);
    assert.deepEqual(explained.sort(), reasons.sort());
  });

  it('are tested each: an alert when it is raised and when it is not', () => {
    for (const { alert } of alerts) {
      const expected = tests
        .flatMap((test) => test.alert_rule_test ?? [])
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts }) => exp_alerts.length > 0);
      assert.ok(expected.includes(true) && expected.includes(false), `${alert} is raised and is not`);
    }
    const queries = tests.flatMap((test) => test.promql_expr_test ?? []).map(({ expr }) => expr);
    for (const { record } of recordings)
      assert.ok(
        queries.some((query) => query.includes(record)),
        `${record} is asked for`,
      );
  });

  it('pass Prometheus’ own judge where it is installed; make rules insists on it', () => {
    const check = promtool(['check', 'rules', '--lint-fatal', rulesPath]);
    if (check === null) return;
    assert.ok(check.ok, check.said);
    const test = promtool(['test', 'rules', ...ruleTestPaths()]);
    assert.ok(test?.ok, test?.said);
  });
});
