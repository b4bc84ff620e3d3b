import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult, IConfiguration } from 'dependency-cruiser';

type Violation = ICruiseResult['summary']['violations'][number];

/** Arrows point inwards; the rules are in .dependency-cruiser.json. */
describe('layers', function () {
  this.timeout(60_000);

  const configuration = JSON.parse(
    readFileSync(new URL('../.dependency-cruiser.json', import.meta.url), 'utf8'),
  ) as IConfiguration;

  /** Rules that are broken everywhere. */
  const controls = [
    {
      name: 'control of the node',
      severity: 'error',
      from: { path: '^node/actor/' },
      to: { path: '^node/domain/' },
    },
    {
      name: 'control of the operator',
      severity: 'error',
      from: { path: '^operator/cartcluster/' },
      to: { path: '^operator/kube/' },
    },
  ] as const;
  let violations: readonly Violation[];

  // Both are found in one reading of the tree, which takes seconds.
  before(async () => {
    const options: ICruiseOptions = {
      ...configuration.options,
      ruleSet: { ...configuration, forbidden: [...(configuration.forbidden ?? []), ...controls] },
      validate: true,
    };
    const { output } = await cruise(['node', 'operator', 'proto'], options);
    const { modules, summary } = output as ICruiseResult;
    assert.ok(modules.length > 50, 'the tree was read');
    violations = summary.violations;
  });

  const isControl = ({ rule }: Violation): boolean => controls.some(({ name }) => name === rule.name);

  it('are kept', () => {
    const broken = violations.filter((violation) => !isControl(violation));
    assert.deepEqual(
      broken.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
      [],
    );
  });

  it('would be seen to be broken', () => {
    for (const { name } of controls)
      assert.ok(
        violations.some(({ rule }) => rule.name === name),
        name,
      );
  });
});
