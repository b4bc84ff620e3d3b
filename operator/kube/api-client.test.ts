import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { ApiClient } from './api-client.ts';
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isThrottled,
  NoAnswerError,
  RefusedHereError,
  retryAfterMsOf,
} from './errors.ts';
import { systemClock } from './clock.ts';
import { answerRaw, cut, doneBut, hang, refuse } from './testing/faults.ts';
import { inProcess, overSockets, until, widget, widgets } from './testing/fixtures.ts';
import type { InProcess, OverSockets, Widget } from './testing/fixtures.ts';

const ref = { namespace: 'default', name: 'a' };

describe('api client', () => {
  let kube: InProcess;

  beforeEach(() => {
    kube = inProcess();
  });

  describe('writes', () => {
    it('creates, reads, replaces, patches and deletes', async () => {
      const { client } = kube;
      const created = await client.create(widgets, widget('a'));
      assert.equal(created.metadata.generation, 1);
      assert.deepEqual(await client.get(widgets, ref), created);
      const replaced = await client.replace(widgets, { ...created, spec: { size: 2 } });
      assert.equal(replaced.metadata.generation, 2);
      const patched = await client.patch<Widget>(widgets, ref, { spec: { color: 'red' } });
      assert.deepEqual(patched.spec, { size: 2, color: 'red' });
      const { uid = '', resourceVersion = '' } = patched.metadata;
      await client.delete(widgets, ref, { uid, resourceVersion });
      assert.equal(await client.find(widgets, ref), null);
    });

    it('applies with force and under its name', async () => {
      const { client, server } = kube;
      server.create(widgets, widget('a', { size: 1, color: 'red' }), 'somebody');
      const applied = await client.apply<Widget>(widgets, widget('a', { size: 2 }));
      assert.deepEqual(applied.spec, { size: 2, color: 'red' });
      const mine = applied.metadata.managedFields?.find(({ manager }) => manager === 'tester');
      assert.deepEqual(mine?.fieldsV1, { 'f:spec': { 'f:size': {} } });
      assert.equal(mine.operation, 'Apply');
    });

    it('names the fields that another manager owns, when it does not force', async () => {
      const { client, server } = kube;
      server.create(widgets, widget('a', { size: 1 }), 'somebody');
      await assert.rejects(client.apply(widgets, widget('a', { size: 2 }), { force: false }), (error) => {
        assert.ok(isConflict(error));
        assert.deepEqual(error.causes, [
          { reason: 'FieldManagerConflict', message: 'conflict with "somebody"', field: '.spec.size' },
        ]);
        return true;
      });
    });

    it('writes the status through its own door only', async () => {
      const { client } = kube;
      await client.create(widgets, { ...widget('a'), status: { ready: true } });
      assert.equal((await client.get<Widget>(widgets, ref)).status, undefined);
      const patched = await client.patchStatus<Widget>(widgets, ref, {
        status: { ready: true },
        spec: { size: 9 },
      });
      assert.deepEqual([patched.status, patched.spec], [{ ready: true }, { size: 1 }]);
      assert.equal(patched.metadata.generation, 1);
    });

    it('deletes nothing but what was looked at', async () => {
      const { client, server } = kube;
      const { uid = '', resourceVersion = '' } = (await client.create(widgets, widget('a'))).metadata;
      server.edit(widgets, ref, (draft) => (draft['spec'] = { size: 5 }));
      await assert.rejects(client.delete(widgets, ref, { uid, resourceVersion }), isConflict);
      server.remove(widgets, ref);
      const again = server.create(widgets, widget('a'));
      const seen = { uid, resourceVersion: again.metadata.resourceVersion ?? '' };
      await assert.rejects(client.delete(widgets, ref, seen), isConflict);
      assert.ok(server.get(widgets, ref));
    });

    it('replaces nothing that has changed since it was read', async () => {
      const { client, server } = kube;
      const read = await client.create(widgets, widget('a'));
      server.edit(widgets, ref, (draft) => (draft['spec'] = { size: 5 }));
      await assert.rejects(client.replace(widgets, { ...read, spec: { size: 2 } }), isConflict);
      const { uid = '', resourceVersion = '' } = read.metadata;
      const stale = { ...widget('a', { size: 2 }), metadata: { ...ref, uid, resourceVersion } };
      await assert.rejects(client.apply(widgets, stale), isConflict);
    });

    it('applies no version without saying of which object: one that is gone would be made anew', async () => {
      const { client, server } = kube;
      const careless = { ...widget('a'), metadata: { ...ref, resourceVersion: '7' } };
      await assert.rejects(client.apply(widgets, careless), TypeError);
      assert.equal(server.writes.length, 0);
    });

    it('sends none when it may not', async () => {
      const { server, transport, clock } = kube;
      let mayWrite = false;
      const beforeWrite = (): void => {
        if (!mayWrite) throw new RefusedHereError('not now');
      };
      const client = new ApiClient({ transport, clock, fieldManager: 'x', userAgent: 'x', beforeWrite });
      await assert.rejects(client.create(widgets, widget('a')), RefusedHereError);
      await assert.rejects(client.apply(widgets, widget('a')), RefusedHereError);
      await assert.rejects(client.patchStatus(widgets, ref, {}), RefusedHereError);
      await assert.rejects(client.delete(widgets, ref, { uid: 'u', resourceVersion: '1' }), RefusedHereError);
      assert.equal(await client.find(widgets, ref), null);
      assert.equal(server.writes.length, 0);
      mayWrite = true;
      await client.create(widgets, widget('a'));
    });
  });

  describe('lists', () => {
    it('are read page by page, as of one version', async () => {
      const { client, server } = kube;
      for (let index = 0; index < 7; index += 1) server.create(widgets, widget(`w${index}`));
      const version = server.version;
      server.inject({ verb: 'list', after: 1 }, async (_, perform) => {
        server.create(widgets, widget('between'));
        return perform();
      });
      const { items, resourceVersion } = await client.listAll<Widget>(widgets, { limit: 3 });
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        ['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6'],
      );
      assert.equal(resourceVersion, version);
      assert.equal(server.requests.length, 3);
    });

    it('start over without pages when their version is gone in between', async () => {
      const { client, server } = kube;
      for (let index = 0; index < 5; index += 1) server.create(widgets, widget(`w${index}`));
      server.inject({ verb: 'list', after: 1 }, (_, perform) => {
        server.remove(widgets, { namespace: 'default', name: 'w0' });
        server.compact();
        return perform();
      });
      const { items } = await client.listAll(widgets, { limit: 2 });
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        ['w1', 'w2', 'w3', 'w4'],
      );
    });

    it('have items that look like those of a watch', async () => {
      const { client } = kube;
      await client.create(widgets, widget('a'));
      const { items } = await client.list(widgets);
      assert.deepEqual(items, [await client.get(widgets, ref)]);
      assert.equal(typeof items[0]?.metadata.creationTimestamp, 'string');
    });

    it('select by namespace, label and name', async () => {
      const { client, server } = kube;
      server.create(widgets, { metadata: { name: 'a', namespace: 'one', labels: { app: 'x' } } });
      server.create(widgets, { metadata: { name: 'b', namespace: 'one', labels: { app: 'y' } } });
      server.create(widgets, { metadata: { name: 'a', namespace: 'two', labels: { app: 'x' } } });
      const keys = async (options: object): Promise<string[]> =>
        (await client.listAll(widgets, options)).items.map(
          ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
        );
      assert.deepEqual(await keys({ namespace: 'one' }), ['one/a', 'one/b']);
      assert.deepEqual(await keys({ labelSelector: 'app=x' }), ['one/a', 'two/a']);
      assert.deepEqual(await keys({ labelSelector: 'app in (x,y),app!=x' }), ['one/b']);
      assert.deepEqual(await keys({ fieldSelector: 'metadata.name=b' }), ['one/b']);
    });
  });

  describe('refusals', () => {
    it('are told apart', async () => {
      const { client, server } = kube;
      await assert.rejects(client.get(widgets, ref), isNotFound);
      await client.create(widgets, widget('a'));
      await assert.rejects(client.create(widgets, widget('a')), isAlreadyExists);
      for (const [code, is] of [
        [403, isForbidden],
        [410, isGone],
        [422, isInvalid],
        [429, isThrottled],
      ] as const) {
        server.inject({ verb: 'get' }, refuse(code));
        await assert.rejects(client.get(widgets, ref), is);
      }
    });

    it('say how long to wait, by header or by status', async () => {
      const { client, server, clock } = kube;
      server.inject({ verb: 'get' }, refuse(429, { retryAfterSeconds: 7 }));
      await assert.rejects(client.get(widgets, ref), (error) => retryAfterMsOf(error) === 7000);
      const answers = [
        { headers: { 'retry-after': new Date(clock.wallMs() + 60_000).toUTCString() }, body: '{}' },
        { headers: {}, body: '{"kind":"Status","details":{"retryAfterSeconds":3}}' },
        { headers: { 'retry-after': 'soon' }, body: '' },
      ];
      const waits: number[] = [];
      for (const answer of answers) {
        server.inject({ verb: 'get' }, () => Promise.resolve({ status: 503, ...answer }));
        await assert.rejects(client.get(widgets, ref), (error) => waits.push(retryAfterMsOf(error)) > 0);
      }
      assert.deepEqual(waits, [60_000, 3000, 0]);
    });

    it('that do not come from an API server keep their words', async () => {
      const { client, server } = kube;
      server.inject({ verb: 'get' }, answerRaw(502, '<h1>Bad gateway</h1>'));
      await assert.rejects(client.get(widgets, ref), (error) => {
        assert.ok(error instanceof ApiError);
        assert.deepEqual(
          [error.status, error.message],
          [502, 'get widgets.test.example default/a: <h1>Bad gateway</h1>'],
        );
        return true;
      });
    });
  });

  describe('without an answer', () => {
    it('gives up at its deadline, and the same client goes on', async () => {
      const { client, server, clock } = kube;
      server.create(widgets, widget('a'));
      server.inject({ verb: 'get' }, hang);
      const asked = assert.rejects(client.get(widgets, ref), (error) => {
        assert.ok(error instanceof NoAnswerError);
        assert.match(error.message, /get widgets.test.example default\/a: not done within 30000 ms/);
        return true;
      });
      await clock.advance(29_999);
      assert.equal(clock.sleeping, 1);
      await clock.advance(1);
      await asked;
      await client.get(widgets, ref);
      assert.equal(clock.sleeping, 0);
    });

    it('does not know whether a write was done, and does not do it again by itself', async () => {
      const { client, server } = kube;
      server.inject({ verb: 'create' }, doneBut(cut));
      await assert.rejects(client.create(widgets, widget('a')), NoAnswerError);
      assert.ok(server.get(widgets, ref));
      assert.equal(server.writes.length, 1);
    });

    it('takes half an answer for none', async () => {
      const { client, server } = kube;
      for (const text of ['{"kind":"Wid', '', '[1']) {
        server.inject({ verb: 'get' }, answerRaw(200, text));
        await assert.rejects(client.get(widgets, ref), NoAnswerError);
      }
      server.inject({ verb: 'list' }, answerRaw(200, '{}'));
      await assert.rejects(client.list(widgets), NoAnswerError);
    });

    it('reads no more than it may', async () => {
      const { transport, clock, server } = kube;
      server.create(widgets, widget('a', { color: 'x'.repeat(2000) }));
      const client = new ApiClient({
        transport,
        clock,
        fieldManager: 'x',
        userAgent: 'x',
        bodyBytesMax: 1000,
      });
      await assert.rejects(client.get(widgets, ref), /more than 1000 bytes/);
    });

    it('ends at once when whoever asked has gone', async () => {
      const { client, server, clock } = kube;
      server.inject({ times: Infinity }, hang);
      const asking = new AbortController();
      const asked = [
        client.get(widgets, ref, { signal: asking.signal }),
        client.apply(widgets, widget('a'), { signal: asking.signal }),
      ];
      asking.abort(new Error('enough'));
      for (const one of asked) await assert.rejects(one, /enough/);
      await assert.rejects(client.get(widgets, ref, { signal: asking.signal }), /enough/);
      assert.equal(clock.sleeping, 0);
    });
  });

  it('leaves nothing on a signal that lives long', async () => {
    const { client, server, clock } = kube;
    server.create(widgets, widget('a'));
    const { signal } = new AbortController();
    const options = { resourceVersion: server.version, timeoutSeconds: 10, inactivityMs: 90_000, signal };
    for (const effect of [null, refuse(500), cut, doneBut(cut)]) {
      if (effect !== null) server.inject({ times: 2 }, effect);
      await Promise.allSettled([client.get(widgets, ref, { signal })]);
      const [watch] = await Promise.allSettled([client.watch(widgets, options)]);
      if (watch.status === 'fulfilled') watch.value.close();
    }
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
    await clock.advance(10_000);
    assert.equal(clock.sleeping, 0);
  });

  it('refuses to address what can not be', async () => {
    const { client } = kube;
    await assert.rejects(client.get(widgets, { name: 'a' }), /needs a namespace/);
    await assert.rejects(client.get(widgets, { namespace: 'default', name: '' }), /without a name/);
    await assert.rejects(client.get({ ...widgets, namespaced: false }, ref), /has no namespace/);
  });

  it('knows which kinds there are', async () => {
    const { client, server } = kube;
    assert.equal(await client.serves(widgets), true);
    assert.equal(await client.serves({ ...widgets, plural: 'gadgets' }), false);
    assert.equal(await client.serves({ ...widgets, group: 'monitoring.coreos.com' }), false);
    server.goAway();
    await assert.rejects(client.serves(widgets), NoAnswerError);
  });

  it('tells of every request how it ended', async () => {
    const seen: unknown[] = [];
    const { client, server } = inProcess(
      {},
      {
        observer: { requestDone: (method, host, status) => seen.push([method, host, status]) },
      },
    );
    await client.create(widgets, widget('a'));
    await assert.rejects(client.create(widgets, widget('a')));
    server.goAway();
    await assert.rejects(client.get(widgets, ref));
    assert.deepEqual(seen, [
      ['POST', 'fake', 201],
      ['POST', 'fake', 409],
      ['GET', 'fake', null],
    ]);
  });
});

describe('api client over sockets', () => {
  let kube: OverSockets;

  afterEach(() => kube.stop());

  it('uses its connections again', async () => {
    kube = await overSockets();
    const { client, http } = kube;
    await client.create(widgets, widget('a'));
    for (let round = 0; round < 50; round += 1) await client.get(widgets, ref);
    assert.ok(http.connectionsOpened <= 2, `${http.connectionsOpened}`);
  });

  it('has no more connections than it may, and serves everybody', async () => {
    kube = await overSockets({ connections: 4 });
    const { client, http, server } = kube;
    server.create(widgets, widget('a'));
    await Promise.all(Array.from({ length: 100 }, () => client.get(widgets, ref)));
    assert.equal(http.connectionsOpened, 4);
  });

  it('loses the connection of a request that met its deadline, and no other', async () => {
    kube = await overSockets({}, {}, { timeoutMs: 50 });
    const { client, http, server, transport } = kube;
    server.create(widgets, widget('a'));
    server.inject({ verb: 'get', times: 3 }, hang);
    for (let round = 0; round < 3; round += 1) await assert.rejects(client.get(widgets, ref), NoAnswerError);
    await client.get(widgets, ref);
    await until('the dead connections are closed', () => http.connections === 1);
    assert.deepEqual(transport.stats, { open: 1, running: 0, waiting: 0 });
  });

  it('says that nobody answers while the server is away, and goes on when it is back', async () => {
    kube = await overSockets();
    const { client, http, server } = kube;
    server.create(widgets, widget('a'));
    await client.get(widgets, ref);
    await http.stop();
    for (let round = 0; round < 5; round += 1) await assert.rejects(client.get(widgets, ref), NoAnswerError);
    await http.start();
    await client.get(widgets, ref);
    assert.equal(http.connections, 1);
  });

  it('takes a broken connection for no answer', async () => {
    kube = await overSockets();
    const { client, server } = kube;
    server.create(widgets, widget('a'));
    server.inject({ verb: 'get' }, cut);
    await assert.rejects(client.get(widgets, ref), NoAnswerError);
    server.inject({ verb: 'patch' }, doneBut(cut));
    await assert.rejects(client.apply(widgets, widget('a', { size: 8 })), NoAnswerError);
    assert.equal((await client.get<Widget>(widgets, ref)).spec?.size, 8);
  });

  it('keeps time with the real clock', async () => {
    kube = await overSockets();
    const { transport, server } = kube;
    const options = { transport, clock: systemClock, fieldManager: 'x', userAgent: 'x', timeoutMs: 30 };
    server.inject({}, hang);
    await assert.rejects(new ApiClient(options).list(widgets), /not done within 30 ms/);
  });
});
