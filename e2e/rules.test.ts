import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { rulesPath, ruleTestPaths } from '../charts/rules.ts';
import { pods } from '../operator/kube/resources.ts';
import { eventually } from './testing/eventually.ts';
import { images } from './testing/images.ts';
import { useNamespace } from './testing/namespace.ts';
import { restricted } from './testing/restricted.ts';
import type { KubeObject } from './testing/namespace.ts';

const DEADLINE_MS = 120_000;

/** The judge that comes with the Prometheus which is used here; promtool need not be installed anywhere else. */
describe('promtool, of the Prometheus under test', () => {
  const namespace = useNamespace('promtool', 'suite');

  before(async () => {
    const files = [
      { path: 'cartwright/rules/cartwright.yaml', from: rulesPath },
      ...ruleTestPaths().map((from) => ({ path: `rule-tests/${basename(from)}`, from })),
    ];
    const data = Object.fromEntries(files.map(({ from }, index) => [`${index}`, readFileSync(from, 'utf8')]));
    const items = files.map(({ path }, index) => ({ key: `${index}`, path }));
    await namespace().apply([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules' }, data },
      pod('check', ['check', 'rules', '--lint-fatal', '/rules/cartwright/rules/cartwright.yaml'], items),
      pod('test', ['test', 'rules', ...files.slice(1).map(({ path }) => `/rules/${path}`)], items),
    ]);
  });

  function pod(name: string, args: readonly string[], items: readonly object[]): object {
    const container = {
      name: 'promtool',
      image: images.prometheus,
      imagePullPolicy: 'IfNotPresent',
      command: ['promtool', ...args],
      securityContext: restricted.container,
      volumeMounts: [
        { name: 'rules', mountPath: '/rules' },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        securityContext: restricted.pod,
        containers: [container],
        volumes: [
          { name: 'rules', configMap: { name: 'rules', items } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    };
  }

  async function said(name: string): Promise<string> {
    const phase = await eventually(`${name} ends`, DEADLINE_MS, async () => {
      const { status } =
        (await namespace().find<KubeObject & { status: { phase: string } }>(pods, name)) ?? {};
      return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? status.phase : null;
    });
    const log = await namespace().kubectl(['logs', name]);
    assert.equal(phase, 'Succeeded', log);
    return log;
  }

  it('finds nothing wrong with the rules', async () => {
    assert.match(await said('check'), /SUCCESS: \d\d rules found/);
  });

  it('passes every unit test of them', async () => {
    assert.equal((await said('test')).match(/SUCCESS/g)?.length, ruleTestPaths().length);
  });
});
