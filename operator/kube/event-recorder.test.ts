import assert from 'node:assert/strict';
import { EventRecorder } from './event-recorder.ts';
import { events } from './resources.ts';
import { cut, doneBut, hang, refuse } from './testing/faults.ts';
import { inProcess, seeded, widget, widgets } from './testing/fixtures.ts';
import { settled } from './testing/manual-clock.ts';
import type { EventOutcome, EventText } from './event-recorder.ts';
import type { KubeObject } from './object.ts';
import type { InProcess } from './testing/fixtures.ts';

const text: EventText = {
  type: 'Warning',
  reason: 'RolloutFailed',
  action: 'Rollout',
  note: 'the image is not there',
};

interface StoredEvent extends KubeObject {
  readonly note: string;
  readonly regarding: Record<string, unknown>;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

describe('event recorder', () => {
  let kube: InProcess;
  let recorder: EventRecorder;
  let regarding: KubeObject;
  let outcomes: EventOutcome[];
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    kube = inProcess();
    outcomes = [];
    recorder = new EventRecorder({
      client: kube.client,
      clock: kube.clock,
      random: seeded(1),
      controller: 'test.example/operator',
      instance: 'operator-0',
      observer: { recorded: (outcome) => outcomes.push(outcome) },
    });
    stop = new AbortController();
    running = recorder.run(stop.signal);
    regarding = kube.server.create(widgets, widget('a'));
  });

  afterEach(async () => {
    stop.abort();
    await running;
  });

  const written = (): readonly StoredEvent[] => kube.server.list<StoredEvent>(events);

  it('writes what the API server takes', async () => {
    recorder.record(regarding, { ...text, related: regarding });
    await settled();
    const [event, ...others] = written();
    assert.equal(others.length, 0);
    assert.deepEqual(
      { ...event, metadata: { ...event?.metadata, managedFields: [] } },
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { ...event?.metadata, namespace: 'default', managedFields: [] },
        eventTime: '2026-09-21T14:13:21.000000Z',
        reportingController: 'test.example/operator',
        reportingInstance: 'operator-0',
        type: 'Warning',
        reason: 'RolloutFailed',
        action: 'Rollout',
        note: 'the image is not there',
        regarding: event?.regarding,
        related: event?.regarding,
      },
    );
    assert.equal(event?.regarding['uid'], regarding.metadata.uid);
    assert.match(event?.metadata.name ?? '', /^a\.[0-9a-f]{16}$/);
  });

  it('counts repetitions in place of writing them, the first at once and then once a minute', async () => {
    for (let second = 0; second < 180; second += 1) {
      recorder.record(regarding, text);
      await kube.clock.advance(1000);
    }
    await kube.clock.advance(60_000);
    assert.equal(written().length, 1);
    assert.equal(written()[0]?.series?.count, 180);
    assert.match(written()[0]?.series?.lastObservedTime ?? '', /\.\d{6}Z$/);
    assert.ok(kube.server.writes.length <= 6, `${kube.server.writes.length} writes`);
    assert.equal(recorder.pending, 0);
    const before = kube.server.writes.length;
    await kube.clock.advance(3_600_000);
    assert.equal(kube.server.writes.length, before);
  });

  it('begins a new event after six quiet minutes', async () => {
    recorder.record(regarding, text);
    await kube.clock.advance(360_001);
    recorder.record(regarding, text);
    await settled();
    assert.equal(written().length, 2);
  });

  it('tells different events apart', async () => {
    recorder.record(regarding, text);
    recorder.record(regarding, { ...text, note: 'another' });
    recorder.record(regarding, { ...text, reason: 'Other' });
    recorder.record(kube.server.create(widgets, widget('b')), text);
    await settled();
    assert.equal(written().length, 4);
  });

  it('lets no object flood the API server, and others be heard', async () => {
    for (let index = 0; index < 200; index += 1)
      recorder.record(regarding, { ...text, note: `note ${index}` });
    recorder.record(kube.server.create(widgets, widget('b')), text);
    await settled();
    assert.equal(written().length, 26);
    assert.equal(outcomes.filter((outcome) => outcome === 'limited').length, 175);
    await kube.clock.advance(600_000);
    for (let index = 0; index < 10; index += 1)
      recorder.record(regarding, { ...text, note: `later ${index}` });
    await settled();
    assert.equal(written().length, 28);
  });

  it('shortens a note that is too long, without breaking a character', async () => {
    recorder.record(regarding, { ...text, note: 'å'.repeat(2000) });
    await settled();
    assert.match(written()[0]?.note ?? '', /^å{510}…$/);
  });

  for (const [fault, effect] of Object.entries({
    cut,
    hang,
    'a lost answer': doneBut(cut),
    'an error': refuse(500),
    throttled: refuse(429, { retryAfterSeconds: 5 }),
  })) {
    it(`tries again after ${fault}, and writes it once`, async () => {
      kube.server.inject({ verb: 'create', plural: 'events', times: 2 }, effect);
      recorder.record(regarding, text);
      await kube.clock.advance(120_000);
      assert.equal(written().length, 1);
      assert.deepEqual(outcomes, ['written']);
    });
  }

  it('leaves out what can not be written, and goes on', async () => {
    const fault = kube.server.inject({ verb: 'create', plural: 'events', times: Infinity }, refuse(403));
    recorder.record(regarding, text);
    await kube.clock.advance(120_000);
    assert.deepEqual(outcomes, ['failed']);
    assert.equal(fault.hits, 5);
    fault.remove();
    recorder.record(regarding, { ...text, note: 'next' });
    await settled();
    assert.equal(written().length, 1);
    assert.equal(recorder.pending, 0);
  });

  it('writes an event anew whose old one was cleaned up', async () => {
    recorder.record(regarding, text);
    await settled();
    kube.server.remove(events, written()[0]?.metadata as { namespace: string; name: string });
    recorder.record(regarding, text);
    await settled();
    assert.equal(written().length, 0);
    recorder.record(regarding, text);
    await settled();
    assert.equal(written().length, 1);
  });

  it('keeps no more than it may', async () => {
    kube.server.goAway();
    for (let index = 0; index < 5000; index += 1) {
      recorder.record(
        { ...regarding, metadata: { ...regarding.metadata, uid: `u${index}` } },
        { ...text, note: `n${index}` },
      );
    }
    kube.server.comeBack();
    await kube.clock.advance(60_000);
    assert.equal(written().length, 2048);
    assert.equal(recorder.pending, 0);
  });

  it('writes about objects without a namespace into the default one', async () => {
    recorder.record({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'n' } }, text);
    await settled();
    assert.equal(written()[0]?.metadata.namespace, 'default');
  });
});
