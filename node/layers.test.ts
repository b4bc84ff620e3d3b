import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult, IConfiguration } from 'dependency-cruiser';

/** Arrows point inwards; the rules are in .dependency-cruiser.json. */
describe('layers', function () {
  this.timeout(60_000);

  const configuration = JSON.parse(
    readFileSync(new URL('../.dependency-cruiser.json', import.meta.url), 'utf8'),
  ) as IConfiguration;

  async function violations(rules: Partial<IConfiguration>): Promise<string[]> {
    const options: ICruiseOptions = {
      ...configuration.options,
      ruleSet: { ...configuration, ...rules },
      validate: true,
    };
    const { output } = await cruise(['node', 'operator', 'proto'], options);
    const { modules, summary } = output as ICruiseResult;
    assert.ok(modules.length > 50, 'the tree was read');
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  }

  it('are kept', async () => {
    assert.deepEqual(await violations({}), []);
  });

  it('would be seen to be broken', async () => {
    const rule = {
      name: 'control',
      severity: 'error',
      from: { path: '^node/actor/' },
      to: { path: '^node/domain/' },
    } as const;
    assert.ok((await violations({ forbidden: [rule] })).length > 0);
    const operator = { ...rule, from: { path: '^operator/cartcluster/' }, to: { path: '^operator/kube/' } };
    assert.ok((await violations({ forbidden: [operator] })).length > 0);
  });
});
