import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dashboardQueries } from '../charts/dashboards/queries.ts';
import { readRules, rulesPath } from '../charts/rules.ts';
import { eventually } from './testing/eventually.ts';
import { useNamespace } from './testing/namespace.ts';
import { Prometheus } from './testing/prometheus.ts';
import { Release } from './testing/release.ts';
import { Shop } from './testing/shop.ts';
import type { DashboardQuery } from '../charts/dashboards/queries.ts';

const DEADLINE_MS = 180_000;

/** Operator and nodes as a real Prometheus sees them, with the chart's rules and the questions of its dashboards. */
describe('Prometheus', function () {
  this.timeout(600_000);
  // Before the namespaces go.
  after(async () => {
    await shops().kubectl(['delete', 'cartclusters', '--all']);
    await release?.uninstall();
  });

  const operators = useNamespace('operators', 'suite');
  const shops = useNamespace('shops', 'suite');
  const monitoring = useNamespace('monitoring', 'suite');
  let release: Release | undefined;
  let shop: Shop;
  let prometheus: Prometheus;

  before(async () => {
    release = await Release.install(operators());
    shop = await Shop.open(shops());
    prometheus = await Prometheus.start(monitoring(), {
      scrape: [
        job('cartwright-operator', operators().name, 'metrics', { honor_labels: true }),
        job('cartwright-node', shops().name, 'admin', {}),
      ],
      rules: { 'cartwright.yaml': readFileSync(rulesPath, 'utf8') },
      watches: [operators().name, shops().name],
    });
  });

  /** As the Prometheus operator would have it of a PodMonitor. */
  function job(name: string, namespace: string, port: string, more: object): object {
    return {
      job_name: name,
      ...more,
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [namespace] } }],
      relabel_configs: [
        { source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: port, action: 'keep' },
        { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
        { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      ],
    };
  }

  it('reaches both operators and the node', async () => {
    await eventually('three targets are up', DEADLINE_MS, async () => {
      const targets = await prometheus.targets();
      const up = targets.filter(({ health }) => health === 'up').map(({ labels }) => labels['job']);
      assert.deepEqual(up.sort(), ['cartwright-node', 'cartwright-operator', 'cartwright-operator']);
      return targets.length === up.length ? true : null;
    });
  });

  it('takes every rule', async () => {
    const { alerts, recordings } = readRules();
    const names = [...alerts.map(({ alert }) => alert), ...recordings.map(({ record }) => record)];
    await eventually('every rule was evaluated', DEADLINE_MS, async () => {
      const rules = (await prometheus.rules()).flatMap((group) => group.rules);
      assert.deepEqual(rules.map(({ name }) => name).sort(), names.sort());
      assert.deepEqual(
        rules.filter(({ health }) => health !== 'ok').map(({ name }) => name),
        [],
      );
      return true;
    });
  });

  it('has data for every question of the dashboards', async () => {
    let unanswered: readonly DashboardQuery[] = dashboardQueries('1m');
    assert.ok(unanswered.length > 50);
    await eventually('every question is answered', DEADLINE_MS, async () => {
      await something(unanswered.length);
      const answers = await Promise.all(
        unanswered.map(async (question) => ({ question, samples: await prometheus.query(question.query) })),
      );
      unanswered = answers
        .filter(({ samples }) => samples.every(({ value }) => Number.isNaN(value)))
        .map(({ question }) => question);
      if (unanswered.length > 0) throw new Error(JSON.stringify(unanswered, null, 2));
      return true;
    });
  });

  /** For the shop, and for the operator. */
  async function something(label: number): Promise<void> {
    await shop.add('c1', 1);
    await shop.client.fetch('http://shop/cart/byid/c1', { method: 'POST', json: { sku: 'nobody-has-this' } });
    await shop.client.call({
      address: 'shop:1337',
      service: 'messages.CartActor',
      method: 'GetState',
      request: { cartId: 'c1' },
    });
    await shop.change({ service: { annotations: { 'example.com/at': `${label} ${Date.now()}` } } });
  }

  it('names the CartCluster’s own namespace in what the operator says of it', async () => {
    const [sample] = await prometheus.query('cartcluster_condition{condition="Ready",status="True"} == 1');
    assert.equal(sample?.metric['namespace'], shops().name);
    assert.equal(sample.metric['cluster'], 'shop');
  });

  it('raises no alert while all is well', async () => {
    await shop.ready();
    await eventually('no alert', DEADLINE_MS, async () => {
      const raised = await prometheus.query('ALERTS');
      assert.deepEqual(
        raised.map(({ metric }) => metric['alertname']),
        [],
      );
      return true;
    });
  });

  it('hears of a CartCluster that needs somebody', async () => {
    await shop.change({ image: 'registry.invalid/cart-node:none' });
    const sample = await eventually('CartClusterStalled is pending', DEADLINE_MS, async () => {
      const [pending] = await prometheus.query('ALERTS{alertname="CartClusterStalled"}');
      return pending ?? null;
    });
    assert.equal(sample.metric['namespace'], shops().name);
    assert.equal(sample.metric['cluster'], 'shop');
  });
});
