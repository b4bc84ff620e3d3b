import assert from 'node:assert/strict';
import { isConflict } from './errors.ts';
import { StatusWriter } from './status-writer.ts';
import { inProcess, widget, widgets } from './testing/fixtures.ts';
import type { InProcess, Widget } from './testing/fixtures.ts';

const ref = { namespace: 'default', name: 'a' };

describe('status writer', () => {
  let kube: InProcess;
  let writer: StatusWriter;

  beforeEach(() => {
    kube = inProcess();
    writer = new StatusWriter(kube.client, widgets);
  });

  it('writes a status once, and again only when it says something else', async () => {
    const object = kube.server.create(widgets, widget('a'));
    const conditions = [{ type: 'Ready', status: 'True' }];
    const status = { ready: '1/1', conditions, old: 1 };
    assert.equal(await writer.write(object, status), true);
    const live = kube.server.get<Widget>(widgets, ref) ?? assert.fail();
    assert.deepEqual(live.status, status);
    assert.equal(await writer.write(live, { ...status }), false);
    assert.equal(await writer.write(live, { ready: '0/1', conditions }), true);
    assert.deepEqual(kube.server.get<Widget>(widgets, ref)?.status, { ready: '0/1', conditions });
    assert.equal(kube.server.writes.length, 2);
  });

  it('writes nothing twice because the watch is slow', async () => {
    const seen = kube.server.create(widgets, widget('a'));
    assert.equal(await writer.write(seen, { step: 1 }), true);
    assert.equal(await writer.write(seen, { step: 1 }), false);
    assert.equal(await writer.write(seen, { step: 2 }), true);
    assert.equal(kube.server.writes.length, 2);
  });

  it('puts back what somebody else wrote over', async () => {
    await writer.write(kube.server.create(widgets, widget('a')), { step: 1 });
    const touched = kube.server.edit(widgets, ref, (draft) => (draft['status'] = { step: 9 }));
    assert.equal(await writer.write(touched, { step: 1 }), true);
    assert.deepEqual(kube.server.get<Widget>(widgets, ref)?.status, { step: 1 });
  });

  it('does not write about an object that has changed since', async () => {
    const seen = kube.server.create(widgets, widget('a'));
    kube.server.edit(widgets, ref, (draft) => (draft['spec'] = { size: 5 }));
    await assert.rejects(writer.write(seen, { step: 1 }), isConflict);
  });

  it('takes an object that was made anew for another one', async () => {
    await writer.write(kube.server.create(widgets, widget('a')), { step: 1 });
    kube.server.remove(widgets, ref);
    const again = kube.server.create(widgets, widget('a'));
    assert.equal(await writer.write(again, { step: 1 }), true);
  });
});
