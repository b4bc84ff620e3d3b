import assert from 'node:assert/strict';
import { pods } from './resources.ts';
import { Reflector } from './reflector.ts';
import { answerRaw, cut, doneBut, hang, refuse } from './testing/faults.ts';
import { inProcess, seeded, widget, widgets } from './testing/fixtures.ts';
import { Follower, ref } from './testing/follower.ts';
import { settled } from './testing/manual-clock.ts';
import type { RestartCause } from './reflector.ts';
import type { InProcess, Widget } from './testing/fixtures.ts';

describe('reflector', () => {
  let kube: InProcess;
  let follower: Follower;

  const follow = async (options: ConstructorParameters<typeof Follower>[1] = {}): Promise<void> => {
    follower = await new Follower(kube, options).start();
  };

  beforeEach(() => {
    kube = inProcess();
  });

  afterEach(async () => {
    follower.assertSame();
    follower.assertToldAll();
    await follower.stop();
  });

  it('has what is there, and follows what happens', async () => {
    kube.server.create(widgets, widget('a'));
    await follow();
    assert.ok(follower.reflector.hasSynced);
    assert.equal(follower.store.size, 1);
    kube.server.create(widgets, widget('b'));
    kube.server.edit(widgets, ref('a'), (draft) => (draft['spec'] = { size: 7 }));
    kube.server.remove(widgets, ref('b'));
    await settled();
    assert.equal(follower.store.get('default/a')?.spec?.size, 7);
    assert.deepEqual(
      follower.changes.map(({ key, before, after }) => [key, before !== undefined, after !== undefined]),
      [
        ['default/a', false, true],
        ['default/b', false, true],
        ['default/a', true, true],
        ['default/b', true, false],
      ],
    );
    assert.deepEqual(follower.causes, []);
  });

  it('keeps objects of lists and of watches alike', async () => {
    kube.server.create(widgets, widget('listed'));
    await follow();
    kube.server.create(widgets, widget('watched'));
    await settled();
    const shapes = follower.store.list().map((object) => JSON.stringify(Object.keys(object).sort()));
    assert.equal(new Set(shapes).size, 1);
    assert.ok(follower.store.list().every(({ kind, apiVersion }) => kind === 'Widget' && apiVersion !== ''));
  });

  it('reads long lists page by page', async () => {
    for (let index = 0; index < 23; index += 1) kube.server.create(widgets, widget(`w${index}`));
    await follow({ pageSize: 5 });
    assert.equal(follower.store.size, 23);
    assert.equal(kube.server.requests.filter(({ verb }) => verb === 'list').length, 5);
  });

  it('goes on without listing when the server ends the watch', async () => {
    await follow();
    for (let round = 0; round < 5; round += 1) {
      await kube.clock.advance(600_000);
      kube.server.create(widgets, widget(`w${round}`));
      await settled();
    }
    assert.equal(kube.server.requests.filter(({ verb }) => verb === 'list').length, 1);
    assert.ok(follower.causes.length >= 5 && follower.causes.every((cause) => cause === 'ended'));
  });

  it('misses nothing that happens while a watch is being renewed', async () => {
    await follow();
    await kube.clock.advance(10_000);
    kube.server.watches[0]?.end();
    kube.server.create(widgets, widget('a'));
    kube.server.remove(widgets, ref('a'));
    kube.server.create(widgets, widget('a', { size: 2 }));
    await settled();
    assert.equal(follower.changes.length, 3);
  });

  it('lists anew when its version is gone, and tells what vanished meanwhile', async () => {
    for (const goneAs of ['event', 'status'] as const) {
      kube = inProcess({ goneAs });
      kube.server.create(widgets, widget('gone'));
      kube.server.create(widgets, widget('reborn'));
      await follow();
      await kube.clock.advance(10_000);
      kube.server.goAway();
      await settled();
      kube.server.remove(widgets, ref('gone'));
      kube.server.remove(widgets, ref('reborn'));
      kube.server.create(widgets, widget('reborn', { size: 2 }));
      kube.server.create(widgets, widget('new'));
      kube.server.compact();
      kube.server.comeBack();
      const before = follower.changes.length;
      await kube.clock.advance(5000);
      assert.deepEqual(follower.causes, ['unreachable', 'gone'], goneAs);
      assert.deepEqual(
        follower.changes
          .slice(before)
          .map(({ key, before: old, after }) => `${key} ${old?.spec?.size} ${after?.spec?.size}`)
          .sort(),
        [
          'default/gone 1 undefined',
          'default/new undefined 1',
          'default/reborn 1 undefined',
          'default/reborn undefined 2',
        ],
        goneAs,
      );
      if (goneAs === 'event') await follower.stop();
    }
  });

  it('needs no new list after a compaction, thanks to bookmarks', async () => {
    await follow();
    // Other kinds move the version on; nothing happens here.
    for (let minute = 0; minute < 10; minute += 1) {
      kube.server.create(pods, { metadata: { name: `p${minute}`, namespace: 'default' } });
      await kube.clock.advance(61_000);
    }
    kube.server.compact();
    kube.server.watches[0]?.cut();
    await kube.clock.advance(2000);
    kube.server.create(widgets, widget('a'));
    await settled();
    assert.equal(follower.causes.at(-1), 'unreachable');
    assert.equal(kube.server.requests.filter(({ verb }) => verb === 'list').length, 1);
  });

  it('gives up a watch that fell silent, and gets what it held back', async () => {
    await follow();
    await kube.clock.advance(61_000);
    kube.server.watches[0]?.freeze();
    kube.server.create(widgets, widget('a'));
    await kube.clock.advance(140_000);
    assert.deepEqual(follower.causes, []);
    assert.equal(follower.store.size, 0);
    assert.ok(follower.reflector.lastEventAgeMs > 130_000);
    await kube.clock.advance(15_000);
    assert.deepEqual(follower.causes, ['silent']);
    assert.ok(follower.reflector.lastEventAgeMs < 15_000);
  });

  it('lives on bookmarks alone for as long as it takes', async () => {
    await follow();
    const versions = new Set<boolean>();
    for (let minute = 0; minute < 30; minute += 1) {
      await kube.clock.advance(60_000);
      versions.add(follower.reflector.lastEventAgeMs < 70_000);
    }
    assert.deepEqual([...versions], [true]);
    assert.ok(follower.causes.every((cause) => cause === 'ended'));
    assert.equal(follower.changes.length, 0);
  });

  const faults: Readonly<Record<string, readonly [RestartCause, () => void]>> = {
    'a broken connection': ['unreachable', () => kube.server.watches[0]?.cut()],
    'half an event': [
      'unreachable',
      () => (kube.server.watches[0]?.sendRaw('{"type":"ADD'), kube.server.watches[0]?.end()),
    ],
    'no JSON': ['malformed', () => kube.server.watches[0]?.sendRaw('<html>\n')],
    'an event without an object': ['malformed', () => kube.server.watches[0]?.sendRaw('{"type":"ADDED"}\n')],
    'an event of no kind': [
      'malformed',
      () => kube.server.watches[0]?.sendRaw('{"type":"PONY","object":{}}\n'),
    ],
    'an error event': ['failed', () => kube.server.watches[0]?.error(500, 'InternalError', 'etcd is away')],
    'a gone event': ['gone', () => kube.server.watches[0]?.error(410, 'Expired', 'too old')],
    'a throttling event': [
      'throttled',
      () => kube.server.watches[0]?.error(429, 'TooManyRequests', 'slower'),
    ],
  };

  for (const [fault, [cause, happens]] of Object.entries(faults)) {
    it(`survives ${fault}`, async () => {
      await follow();
      await kube.clock.advance(6000);
      happens();
      await settled();
      kube.server.create(widgets, widget('a'));
      await kube.clock.advance(1000);
      assert.deepEqual(follower.causes, [cause]);
      assert.equal(follower.store.size, 1);
    });
  }

  const refusals: Readonly<
    Record<string, readonly [RestartCause, Parameters<InProcess['server']['inject']>[1]]>
  > = {
    'an internal error': ['failed', refuse(500)],
    'a refusal': ['refused', refuse(403)],
    'a wrong token': ['refused', refuse(401)],
    'a kind that is not there yet': ['refused', refuse(404)],
    'a cut connection': ['unreachable', cut],
    'a lost answer': ['unreachable', doneBut(cut)],
    'a proxy’s page': ['unreachable', answerRaw(200, '<html>')],
    'no answer': ['unreachable', hang],
  };

  for (const [refusal, [cause, effect]] of Object.entries(refusals)) {
    for (const verb of ['list', 'watch'] as const) {
      it(`comes through ${refusal} in answer to a ${verb}`, async () => {
        kube.server.create(widgets, widget('a'));
        kube.server.inject({ verb, times: 3 }, effect);
        await follow();
        assert.equal(follower.reflector.hasSynced, verb === 'watch');
        await kube.clock.advance(130_000);
        assert.ok(follower.reflector.hasSynced);
        assert.deepEqual(follower.causes.slice(0, 3), [cause, cause, cause]);
        kube.server.create(widgets, widget('b'));
        await settled();
        assert.equal(follower.store.size, 2);
      });
    }
  }

  it('waits as long as it is asked to', async () => {
    kube.server.inject({ verb: 'list' }, refuse(429, { retryAfterSeconds: 45 }));
    await follow();
    await kube.clock.advance(44_900);
    assert.ok(!follower.reflector.hasSynced);
    await kube.clock.advance(100);
    assert.ok(follower.reflector.hasSynced);
    assert.deepEqual(follower.causes, ['throttled']);
  });

  it('waits longer each time, up to half a minute, and not at all after a good watch', async () => {
    const asked: number[] = [];
    kube.server.inject({ times: 12 }, (request, perform) => {
      asked.push(kube.clock.monotonicMs());
      return cut(request, perform);
    });
    await follow();
    await kube.clock.advance(300_000);
    const waits = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
    waits.forEach((waitMs, index) => {
      const fullMs = Math.min(30_000, 800 * 2 ** index);
      assert.ok(waitMs > 0.74 * fullMs && waitMs <= fullMs, `${waitMs} of ${fullMs}`);
    });
    assert.equal(waits.length, 11);
    assert.ok(follower.reflector.hasSynced);
    const before = kube.server.requests.length;
    kube.server.watches[0]?.end();
    await settled();
    assert.equal(kube.server.requests.length, before + 1);
    // All has been well for a while: the next wait is a short one again.
    kube.server.watches[0]?.cut();
    await kube.clock.advance(800);
    assert.equal(kube.server.watches.length, 1);
  });

  it('gets past an event that can not be read, by listing what is there', async () => {
    kube.server.create(widgets, widget('a'));
    await follow();
    const from = kube.server.version;
    await kube.clock.advance(1);
    kube.server.inject({ verb: 'watch', times: Infinity }, async (request, perform) => {
      const response = await perform();
      if (request.query.get('resourceVersion') === from) kube.server.watches.at(-1)?.sendRaw('unreadable\n');
      return response;
    });
    kube.server.watches[0]?.cut();
    kube.server.create(pods, { metadata: { name: 'p', namespace: 'default' } });
    await kube.clock.advance(60_000);
    assert.deepEqual(follower.causes, ['unreachable', 'malformed']);
    kube.server.create(widgets, widget('b'));
    await settled();
  });

  it('does not run hot when every watch ends at once', async () => {
    await follow();
    const fault = kube.server.inject({ verb: 'watch', times: Infinity }, async (_, perform) => {
      const response = await perform();
      kube.server.watches.at(-1)?.end();
      return response;
    });
    kube.server.watches[0]?.end();
    await kube.clock.advance(60_000);
    assert.ok(fault.hits < 10, `${fault.hits} watches in a minute`);
  });

  it('does not believe a list that is older than what it has seen, unless it is told so again and again', async () => {
    kube.server.create(widgets, widget('a'));
    await follow();
    const lying = kube.server.staleLists(widgets, { times: 3 });
    kube.server.create(widgets, widget('b'));
    await settled();
    kube.server.watches[0]?.error(500, 'InternalError', 'x');
    await kube.clock.advance(10_000);
    assert.deepEqual(follower.causes, ['failed', 'stale', 'stale', 'stale']);
    assert.equal(lying.hits, 3);
    assert.equal(follower.store.size, 2);
    assert.ok(!follower.changes.some(({ after }) => after === undefined), 'nothing ever seemed to be gone');
  });

  it('believes a restored backup in the end', async () => {
    kube.server.create(widgets, widget('a'));
    const past = inProcess({ firstVersion: 10 });
    past.server.create(widgets, widget('old'));
    await follow();
    kube.server.inject({ times: Infinity }, async (request) =>
      past.server.handle({
        ...request,
        path: `/apis/test.example/v1/widgets?${request.query.toString()}`,
      }),
    );
    kube.server.watches[0]?.error(410, 'Expired', 'x');
    await kube.clock.advance(120_000);
    assert.equal(follower.causes.filter((cause) => cause === 'stale').length, 4);
    assert.deepEqual(follower.store.keys(), ['default/old']);
    kube.server.removeFaults();
    kube.server.remove(widgets, ref('a'));
    for (const watch of past.server.watches) watch.cut();
    await kube.clock.advance(120_000);
  });

  it('lists anew now and then, if it is asked to', async () => {
    await follow({ relistMs: 600_000 });
    await kube.clock.advance(3_600_000);
    const lists = kube.server.requests.filter(({ verb }) => verb === 'list').length;
    assert.ok(lists >= 4 && lists <= 7, `${lists} lists in an hour`);
    assert.ok(follower.causes.includes('relist'));
  });

  it('follows one namespace, and what no longer matches is gone', async () => {
    kube.server.create(widgets, widget('elsewhere', { size: 1 }, 'other'));
    kube.server.create(widgets, { ...widget('a'), metadata: { ...ref('a'), labels: { app: 'x' } } });
    await follow({ namespace: 'default', labelSelector: 'app=x' });
    assert.deepEqual(follower.store.keys(), ['default/a']);
    kube.server.edit(widgets, ref('a'), (draft) => (draft.metadata['labels'] = { app: 'y' }));
    await settled();
    assert.deepEqual(follower.store.keys(), []);
    kube.server.edit(widgets, ref('a'), (draft) => (draft.metadata['labels'] = { app: 'x' }));
    await settled();
    assert.deepEqual(follower.store.keys(), ['default/a']);
    kube.server.remove(widgets, ref('elsewhere', 'other'));
    await settled();
  });

  it('shares a store with others, each with its own namespace', async () => {
    kube.server.create(widgets, widget('a', { size: 1 }, 'one'));
    kube.server.create(widgets, widget('a', { size: 1 }, 'two'));
    await follow({ namespace: 'one' });
    const { client, clock } = kube;
    const stop = new AbortController();
    const { store } = follower;
    const other = new Reflector<Widget>({
      client,
      clock,
      resource: widgets,
      namespace: 'two',
      store,
      random: seeded(2),
    });
    const running = other.run(stop.signal);
    await settled();
    assert.deepEqual(store.keys(), ['one/a', 'two/a']);
    for (const watch of kube.server.watches) watch.error(410, 'Expired', 'x');
    kube.server.remove(widgets, ref('a', 'one'));
    await kube.clock.advance(5000);
    assert.deepEqual(store.keys(), ['two/a']);
    stop.abort();
    await running;
  });

  it('goes on when a listener throws', async () => {
    await follow();
    const told: string[] = [];
    follower.store.subscribe(() => {
      throw new Error('a bad listener');
    });
    follower.store.subscribe(({ key }) => told.push(key));
    kube.server.create(widgets, widget('a'));
    kube.server.create(widgets, widget('b'));
    await settled();
    assert.deepEqual(told, ['default/a', 'default/b']);
  });

  it('tells when a write of one’s own has come back', async () => {
    await follow();
    kube.server.watches[0]?.freeze();
    const written = await kube.client.create(widgets, widget('a'));
    await settled();
    const version = written.metadata.resourceVersion ?? '';
    assert.equal(follower.store.hasSeen(version, 'default'), false);
    kube.server.watches[0]?.thaw();
    await settled();
    assert.equal(follower.store.hasSeen(version, 'default'), true);
  });

  it('ends at once wherever it is', async () => {
    for (const verb of ['list', 'watch'] as const) {
      const fault = kube.server.inject({ verb }, hang);
      await follow();
      await follower.stop();
      assert.equal(fault.hits, 1);
      kube.server.removeFaults();
      kube.server.inject({ verb }, refuse(500));
      await follow();
      await follower.stop();
    }
    await follow();
  });
});
