import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Registry } from 'prom-client';
import { ApiClient } from './api-client.ts';
import { Controller, TerminalError } from './controller.ts';
import { KubeMetrics } from './metrics.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { cut } from './testing/faults.ts';
import { inProcess, seeded, widgets } from './testing/fixtures.ts';
import { settled } from './testing/manual-clock.ts';
import { WorkQueue } from './work-queue.ts';

describe('metrics of the machinery', () => {
  async function scrape(): Promise<string> {
    const registry = new Registry();
    const metrics = new KubeMetrics(registry, 'test');
    const { clock, transport, server } = inProcess();
    const client = new ApiClient({ transport, clock, fieldManager: 'x', userAgent: 'x', observer: metrics });
    const stop = new AbortController();
    const reflector = new Reflector({
      client,
      resource: widgets,
      store: new Store(),
      clock,
      random: seeded(1),
      observer: metrics,
    });
    metrics.watch(reflector);
    const running = [reflector.run(stop.signal)];
    const queue: WorkQueue = new WorkQueue({ clock, observer: metrics.queue('widgets', () => queue) });
    const ended: string[] = [];
    const next = { started: () => undefined, ended: (key: string) => ended.push(key) };
    const controller = new Controller({
      queue,
      clock,
      workers: 1,
      observer: metrics.controller('widgets', 1, next),
      reconcile: async (key) => {
        if (key === 'bad') throw new Error('x');
        if (key === 'hopeless') throw new TerminalError('x');
        if (key === 'slow') await clock.sleep(7000, new AbortController().signal);
        return key === 'later' ? { requeueAfterMs: 60_000 } : {};
      },
    });
    running.push(controller.run(stop.signal));
    metrics.leader('lease', { leading: true });
    metrics.recorded('written');
    for (const key of ['good', 'later', 'hopeless', 'bad', 'slow', 'waiting']) queue.add(key);
    await settled();
    server.watches[0]?.freeze();
    server.inject({ verb: 'get' }, cut);
    await client.find(widgets, { namespace: 'x', name: 'x' }).catch(() => undefined);
    await clock.advance(2000);
    const text = await registry.metrics();
    stop.abort();
    await clock.advance(7000);
    await Promise.all(running);
    assert.deepEqual(ended.slice(0, 4), ['good', 'later', 'hopeless', 'bad']);
    return text;
  }

  it('have the names and figures that dashboards look for', async () => {
    const lines = (await scrape()).split('\n');
    for (const line of [
      'rest_client_requests_total{code="200",method="GET",host="fake"} 2',
      'rest_client_requests_total{code="<error>",method="GET",host="fake"} 1',
      'test_watch_restarts_total{kind="Widget",cause="ended"} 0',
      'test_watch_last_event_age_seconds{kind="Widget"} 2',
      'test_events_recorded_total{outcome="written"} 1',
      'leader_election_master_status{name="lease"} 1',
      'workqueue_adds_total{name="widgets"} 7',
      'workqueue_depth{name="widgets"} 2',
      'workqueue_retries_total{name="widgets"} 1',
      'workqueue_queue_duration_seconds_count{name="widgets"} 5',
      'workqueue_work_duration_seconds_count{name="widgets"} 4',
      'workqueue_unfinished_work_seconds{name="widgets"} 2',
      'workqueue_longest_running_processor_seconds{name="widgets"} 2',
      'controller_runtime_active_workers{controller="widgets"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="widgets"} 1',
      'controller_runtime_reconcile_total{controller="widgets",result="success"} 1',
      'controller_runtime_reconcile_total{controller="widgets",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="widgets",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="widgets",result="error"} 2',
      'controller_runtime_reconcile_errors_total{controller="widgets"} 2',
      'controller_runtime_terminal_reconcile_errors_total{controller="widgets"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="widgets"} 4',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it('keep to Prometheus’ rules', async () => {
    const text = await scrape();
    for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      assert.match(text, new RegExp(`^# HELP ${name ?? ''} \\S`, 'm'));
      assert.equal(name?.endsWith('_total'), type === 'counter', name);
    }
    // The judge itself, where it is installed.
    const judged = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (judged.error === undefined) assert.deepEqual([judged.status, judged.stderr], [0, '']);
  });
});
