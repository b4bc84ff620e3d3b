import assert from 'node:assert/strict';
import { findHelm } from '../charts/helm.ts';
import { outdated } from '../charts/manifests.ts';
import { parseObjects } from '../charts/rendered.ts';
import { renderings } from '../charts/renderings.ts';
import { badValues } from '../charts/testing/bad-values.ts';
import { merged } from '../charts/testing/merged.ts';
import { otherValues } from '../charts/testing/other-values.ts';
import { kubectl } from './testing/kubectl.ts';
import { installMonitoringCrds } from './testing/monitoring-crds.ts';
import { useNamespace } from './testing/namespace.ts';
import type { Helm } from '../charts/helm.ts';

const APPLY_DEADLINE_MS = 60_000;

/** What Helm itself makes of the chart, and what the API server says to that. */
describe('the chart', () => {
  const namespace = useNamespace('rendered', 'suite');
  let helm: Helm;
  let removeCrds: () => Promise<void>;

  before(async () => {
    helm = findHelm() ?? assert.fail('helm is on PATH');
    removeCrds = await installMonitoringCrds();
    await kubectl(['apply', '--server-side', '--force-conflicts', '--filename=crds/'], {
      deadlineMs: APPLY_DEADLINE_MS,
    });
  });

  after(() => removeCrds());

  function rendered(values: object): string {
    const { ok, stdout, stderr } = helm.template(namespace().name, values);
    assert.ok(ok, stderr);
    return stdout;
  }

  it('passes helm lint', () => {
    const { ok, stdout, stderr } = helm.lint();
    assert.ok(ok, stdout + stderr);
  });

  it('makes what is checked in', () => {
    assert.deepEqual([...outdated(helm).keys()], []);
  });

  it('refuses bad values, and names them', () => {
    for (const [given, named] of badValues) {
      const { ok, stderr } = helm.template('carts', given);
      assert.ok(!ok, `${JSON.stringify(given)} is refused`);
      assert.ok(stderr.includes(`at '/${named}'`) || stderr.includes(`'${named}'`), `${named}: ${stderr}`);
    }
  });

  it('refuses to have a value taken away that a template needs', () => {
    const { ok, stderr } = helm.template('carts', { rbac: { create: null } });
    assert.ok(!ok);
    assert.match(stderr, /at '\/rbac': missing property 'create'/);
  });

  it('is changed by every value', () => {
    // Some have an effect only where something else is on, which is off by default.
    const bases = [{}, merged(renderings['monitored'] ?? {}, { networkPolicy: { restrictEgress: true } })];
    const before = bases.map(rendered);
    const idle = otherValues().filter(({ values }) =>
      bases.every((base, index) => rendered(merged(base, values)) === before[index]),
    );
    assert.deepEqual(idle, []);
  });

  for (const name of ['install', ...Object.keys(renderings)])
    it(`makes what the API server takes as it is: ${name}`, async () => {
      const watchNamespaces = name === 'namespaced' ? [namespace().name] : [];
      const objects = parseObjects(rendered({ ...renderings[name], watchNamespaces }));
      const flags = ['--server-side', '--field-manager=e2e', '--dry-run=server', '--validate=strict'];
      const taken = await kubectl(['apply', ...flags, '--force-conflicts', '--filename=-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
        deadlineMs: APPLY_DEADLINE_MS,
      });
      assert.ok(objects.length > 2);
      assert.equal(taken.trim().split('\n').length, objects.length, taken);
    });
});
