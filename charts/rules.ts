import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const RULES = new URL('cartwright/rules/cartwright.yaml', import.meta.url);
const TESTS = new URL('rule-tests/', import.meta.url);

export const rulesPath = fileURLToPath(RULES);

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export interface RuleTest {
  readonly name: string;
  readonly promql_expr_test?: readonly { readonly expr: string }[];
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly object[];
  }[];
}

/** The chart's recording rules and alerts. */
export function readRules(): {
  readonly alerts: readonly Alert[];
  readonly recordings: readonly Recording[];
} {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly (Alert | Recording)[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  return {
    alerts: rules.filter((rule) => 'alert' in rule),
    recordings: rules.filter((rule) => 'record' in rule),
  };
}

/** promtool's unit tests of them. */
export function ruleTestPaths(): string[] {
  return readdirSync(TESTS).map((file) => fileURLToPath(new URL(file, TESTS)));
}

export function readRuleTests(): RuleTest[] {
  return ruleTestPaths().flatMap(
    (path) => (parse(readFileSync(path, 'utf8')) as { readonly tests: readonly RuleTest[] }).tests,
  );
}
