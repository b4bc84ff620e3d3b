import assert from 'node:assert/strict';
import { podName } from './names.ts';
import { carriedOut, plan, REFUSAL_MS } from './plan.ts';
import { UNKNOWN_ROLLOUT } from './rollout.ts';
import {
  aClaim,
  aCluster,
  afterwards,
  aPod,
  appliesOf,
  around,
  atFirst,
  foreign,
  inWords,
  NOW_MS,
  setOf,
} from './testing/builders.ts';
import type { Observed } from './observed.ts';

const EVERYTHING = [
  'apply ServiceAccount shop',
  'apply Service shop-nodes',
  'apply Service shop',
  'apply NetworkPolicy shop',
  'apply ConfigMap shop-settings',
  'apply StatefulSet shop with 1',
];
const BAD_IMAGE = { image: 'registry.example/cart-node:typo' };

function next(observed: Observed): readonly string[] {
  return inWords(plan(observed, around));
}

describe('the plan for a CartCluster', () => {
  it('makes everything that it owns, the pods’ StatefulSet last', () => {
    assert.deepEqual(next(atFirst(aCluster())), EVERYTHING);
  });

  it('makes nothing of an object that must not exist yet out of one that does', () => {
    for (const { live } of appliesOf(plan(atFirst(aCluster()), around))) assert.equal(live, null);
  });

  it('has nothing to do when everything is as it was applied', () => {
    assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'new')], claims: [aClaim('1Gi')] })), []);
  });

  it('applies everything once after a restart, as it knows nothing of what was applied', () => {
    assert.deepEqual(next({ ...afterwards(aCluster()), applied: new Map() }), EVERYTHING);
  });

  it('applies what changed in the spec, and nothing else', () => {
    const before = afterwards(aCluster(), { pods: [aPod(0, 'new')] });
    const service = { service: { type: 'NodePort' } };
    assert.deepEqual(next({ ...before, cluster: aCluster(service) }), ['apply Service shop']);
    const settings = { http: { defaultCountry: 'fi' } };
    assert.deepEqual(next({ ...before, cluster: aCluster(settings) }), [
      'apply ConfigMap shop-settings',
      'apply StatefulSet shop with 1',
    ]);
  });

  it('puts back what somebody else changed, and says what', () => {
    const before = afterwards(aCluster());
    const { ClientService } = before.others;
    assert.ok(ClientService.state === 'ours');
    const lostFields = ['.spec.ports[port=80,protocol=TCP].targetPort'];
    const others = { ...before.others, ClientService: { ...ClientService, lostFields } };
    const { actions } = plan({ ...before, others }, around);
    assert.deepEqual(
      actions.map((action) => action.type === 'apply' && action.lostFields),
      [lostFields],
    );
  });

  it('makes an object anew that somebody deleted', () => {
    const before = afterwards(aCluster());
    const others = { ...before.others, NodesService: { state: 'absent' as const } };
    assert.deepEqual(next({ ...before, others }), ['apply Service shop-nodes']);
  });

  describe('with optional objects', () => {
    const monitored = { monitoring: { podMonitor: { enabled: true } } };

    it('makes a PodMonitor where the Prometheus operator is installed', () => {
      assert.ok(next(atFirst(aCluster(monitored))).includes('apply PodMonitor shop'));
    });

    it('makes none where it is not', () => {
      const observed = atFirst(aCluster(monitored), { servesPodMonitors: false });
      assert.deepEqual(next(observed), EVERYTHING);
    });

    it('deletes what is no longer wanted', () => {
      const before = afterwards(aCluster(monitored));
      const cluster = aCluster({ networkPolicy: { enabled: false } });
      assert.deepEqual(next({ ...before, cluster }), ['delete NetworkPolicy shop', 'delete PodMonitor shop']);
    });
  });

  describe('with names that are taken', () => {
    it('leaves a foreign object alone and makes no pods that would depend on it', () => {
      const observed = atFirst(aCluster(), {
        others: { ...atFirst(aCluster()).others, ConfigMap: foreign('ConfigMap', 'shop-settings') },
      });
      assert.deepEqual(next(observed), EVERYTHING.slice(0, 4));
      const [obstacle] = plan(observed, around).obstacles;
      assert.equal(obstacle?.reason, 'ForeignObject');
      assert.match(obstacle.message, /a ConfigMap shop-settings that is not this CartCluster’s/);
    });

    it('makes the pods when only their Service’s name is taken', () => {
      const observed = atFirst(aCluster(), {
        others: { ...atFirst(aCluster()).others, ClientService: foreign('Service') },
      });
      assert.deepEqual(
        next(observed),
        EVERYTHING.filter((action) => action !== 'apply Service shop'),
      );
      assert.match(plan(observed, around).obstacles[0]?.message ?? '', /a Service shop that is not/);
    });

    it('does not delete a foreign object that it has no use for', () => {
      const observed = atFirst(aCluster({ networkPolicy: { enabled: false } }));
      const others = { ...observed.others, NetworkPolicy: foreign('NetworkPolicy') };
      const { actions, obstacles } = plan({ ...observed, others }, around);
      assert.ok(actions.every(({ type }) => type === 'apply'));
      assert.deepEqual(obstacles, []);
    });

    it('waits for what a former CartCluster of the name leaves', () => {
      const observed = afterwards(aCluster());
      const leaving = { state: 'leaving', live: setOf(observed) } as const;
      assert.deepEqual(
        next({ ...observed, statefulSet: leaving, applied: new Map() }),
        EVERYTHING.slice(0, 5),
      );
    });
  });

  describe('with references', () => {
    const missing = { missing: ['ConfigMap shop-catalog is missing'], digest: 'other' };
    const catalog = { catalog: { configMap: { name: 'shop-catalog' } } };

    it('makes no pods that would wait for what is missing, and names it', () => {
      const observed = atFirst(aCluster(catalog), { references: missing });
      assert.deepEqual(next(observed), EVERYTHING.slice(0, 4));
      const [obstacle] = plan(observed, around).obstacles;
      assert.equal(obstacle?.reason, 'ReferenceMissing');
      assert.match(obstacle.message, /ConfigMap shop-catalog is missing/);
    });

    it('leaves the pods that run, and their settings, as they are while something is missing', () => {
      const before = afterwards(aCluster(), { pods: [aPod(0, 'old')] });
      const cluster = aCluster({ ...catalog, http: { defaultCountry: 'fi' } });
      assert.deepEqual(next({ ...before, cluster, references: missing }), []);
    });

    it('makes a new revision when the content changes', () => {
      const before = afterwards(aCluster(catalog), { pods: [aPod(0, 'new')] });
      const changed = { ...before, references: { missing: [], digest: 'content-2' } };
      assert.deepEqual(next(changed), ['apply StatefulSet shop with 1']);
    });

    it('needs nothing for nodes that don’t run', () => {
      const observed = atFirst(aCluster({ ...catalog, replicas: 0 }), { references: missing });
      assert.deepEqual(next(observed).at(-1), 'apply StatefulSet shop with 0');
      assert.deepEqual(plan(observed, around).obstacles, []);
    });
  });

  describe('in a rollout', () => {
    it('replaces a node that serves when nothing speaks against the new revision', () => {
      assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'old')] })), ['delete Pod shop-0']);
    });

    for (const state of ['starting', 'image', 'crash'] as const) {
      it(`replaces a node of an old revision at once that does not serve: ${state}`, () => {
        assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'old', state)] })), [
          'delete Pod shop-0',
        ]);
      });

      it(`lets a node of the new revision be that does not serve: ${state}`, () => {
        assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'new', state)] })), []);
      });
    }

    it('deletes nothing twice', () => {
      assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'old', 'leaving')] })), []);
      const pod = aPod(0, 'old');
      const deleted = new Set([pod.metadata.uid ?? '']);
      assert.deepEqual(next(afterwards(aCluster(), { pods: [pod], deleted })), []);
    });

    it('waits until the StatefulSet’s controller says which revision is the new one', () => {
      assert.deepEqual(next(afterwards(aCluster(), { pods: [aPod(0, 'old')] }, { seen: false })), []);
    });

    it('does not replace a node while it makes another revision', () => {
      const before = afterwards(aCluster(), { pods: [aPod(0, 'old')] });
      const observed = { ...before, cluster: aCluster({ image: 'registry.example/cart-node:2' }) };
      assert.deepEqual(next(observed), ['apply StatefulSet shop with 1']);
    });

    it('replaces a node of a bad revision as soon as there is a better one', () => {
      const bad = afterwards(aCluster(BAD_IMAGE), { pods: [aPod(0, 'bad', 'image')] }, { revision: 'bad' });
      assert.deepEqual(next({ ...bad, cluster: aCluster() }), ['apply StatefulSet shop with 1']);
      const mended = afterwards(aCluster(), { pods: [aPod(0, 'bad', 'image')] });
      assert.deepEqual(next(mended), ['delete Pod shop-0']);
    });

    it('takes a healthy node only when all are there and ready', () => {
      const several = (...pods: ReturnType<typeof aPod>[]): readonly string[] =>
        next(afterwards(aCluster(), { pods }, { replicas: 3 })).filter((action) =>
          action.startsWith('delete'),
        );
      assert.deepEqual(several(aPod(0, 'old'), aPod(1, 'old'), aPod(2, 'new', 'image')), []);
      assert.deepEqual(several(aPod(0, 'old'), aPod(1, 'old'), aPod(2, 'old', 'leaving')), []);
      assert.deepEqual(several(aPod(0, 'old'), aPod(1, 'old')), []);
    });

    it('takes one healthy node at a time, and broken ones first', () => {
      const replaced = (...pods: ReturnType<typeof aPod>[]): readonly string[] =>
        plan(afterwards(aCluster(), { pods }, { replicas: 1 }), around).rollout.replace.map(
          ({ name }) => name,
        );
      assert.deepEqual(replaced(aPod(0, 'old')), [podName('shop', 0)]);
      assert.deepEqual(replaced(aPod(0, 'old'), aPod(1, 'old', 'crash')), [podName('shop', 1)]);
    });
  });

  describe('with another number of nodes', () => {
    it('adds what is missing, whoever took it away', () => {
      assert.deepEqual(next(afterwards(aCluster(), {}, { replicas: 0 })), ['apply StatefulSet shop with 1']);
    });

    it('lets those leave that somebody added', () => {
      const pods = [aPod(0, 'new'), aPod(1, 'new'), aPod(2, 'new')];
      assert.deepEqual(next(afterwards(aCluster(), { pods }, { replicas: 3 })), [
        'apply StatefulSet shop with 1',
      ]);
    });

    it('says which StatefulSet it decided on', () => {
      const observed = afterwards(aCluster(), {}, { replicas: 3 });
      assert.equal(appliesOf(plan(observed, around))[0]?.live, setOf(observed));
    });
  });

  describe('once it is carried out', () => {
    const observed = afterwards(aCluster({ paused: true }), { pods: [aPod(0, 'old')] });
    const done = plan(observed, around);

    /** After a write of the StatefulSet from which it came with that uid and generation. */
    function after(uid: string, generation: number): ReturnType<typeof carriedOut> {
      const key = 'StatefulSet/eu/shop';
      const before = observed.applied.get(key) ?? assert.fail('it was applied');
      return carriedOut(done, observed, new Map(observed.applied).set(key, { ...before, uid, generation }));
    }

    it('knows nothing of the pods where the StatefulSet is another one than was seen', () => {
      const { settled, rollout, pausedWork } = after('uid-of-StatefulSet-shop', 2);
      assert.deepEqual(
        { settled, rollout, pausedWork },
        { settled: false, rollout: UNKNOWN_ROLLOUT, pausedWork: [] },
      );
    });

    it('holds as it was where nothing changed, or what was written is not what is there', () => {
      assert.deepEqual(done.pausedWork, ['shop-0 of an old revision']);
      assert.equal(after('uid-of-StatefulSet-shop', 1), done);
      assert.equal(after('uid-of-a-former-one', 2), done);
    });
  });

  describe('when paused', () => {
    const paused = { paused: true };

    it('replaces no node', () => {
      const observed = afterwards(aCluster(paused), { pods: [aPod(0, 'old', 'crash')] });
      assert.deepEqual(next(observed), []);
      assert.deepEqual(plan(observed, around).pausedWork, ['shop-0 of an old revision']);
    });

    it('removes no node, also when something else is applied', () => {
      const pods = [aPod(0, 'new'), aPod(1, 'new')];
      const observed = afterwards(aCluster({ ...paused, replicas: 0 }), { pods }, { replicas: 2 });
      assert.deepEqual(next(observed), []);
      assert.deepEqual(plan(observed, around).pausedWork, ['2 nodes too many']);
      const changed = { ...observed, cluster: aCluster({ ...paused, ...BAD_IMAGE, replicas: 0 }) };
      assert.deepEqual(next(changed), ['apply StatefulSet shop with 2']);
    });

    it('adds nodes', () => {
      const observed = afterwards(aCluster(paused), {}, { replicas: 0 });
      assert.deepEqual(next(observed), ['apply StatefulSet shop with 1']);
    });
  });

  describe('with volumes', () => {
    const large = { journal: { embedded: { storage: '2Gi' } } };

    it('has a claim ask for what the spec says', () => {
      const observed = afterwards(aCluster(large), { pods: [aPod(0, 'new')], claims: [aClaim('1Gi')] });
      assert.deepEqual(next(observed), ['grow data-shop-0 to 2Gi']);
    });

    it('leaves a claim alone that asks for more, or for the same in other words', () => {
      for (const claim of [aClaim('3Gi'), aClaim('2048Mi'), aClaim('2147483648')])
        assert.deepEqual(next(afterwards(aCluster(large), { claims: [claim] })), []);
    });

    it('repeats a StatefulSet’s claim template as it is, as that can never change', () => {
      const small = afterwards(aCluster());
      const { actions } = plan({ ...small, cluster: aCluster({ ...large, ...BAD_IMAGE }) }, around);
      const [apply] = actions;
      assert.ok(apply?.type === 'apply');
      assert.deepEqual(apply.wish.spec?.['volumeClaimTemplates'], setOf(small).spec.volumeClaimTemplates);
    });

    it('keeps or deletes them with the CartCluster, as the spec says', () => {
      const policy = (retain: boolean): unknown =>
        appliesOf(plan(atFirst(aCluster({ journal: { embedded: { retain } } })), around)).at(-1)?.wish.spec?.[
          'persistentVolumeClaimRetentionPolicy'
        ];
      assert.deepEqual(policy(true), { whenDeleted: 'Retain', whenScaled: 'Retain' });
      assert.deepEqual(policy(false), { whenDeleted: 'Delete', whenScaled: 'Retain' });
    });
  });

  describe('after a refusal', () => {
    it('does not ask again for the same, for a while', () => {
      const observed = atFirst(aCluster());
      const [first] = appliesOf(plan(observed, around));
      assert.ok(first);
      const refused = new Map([
        [first.key, { object: first.wish, reason: 'Refused', message: 'no', atMs: NOW_MS }],
      ]);
      assert.deepEqual(next({ ...observed, refused }), EVERYTHING.slice(1));
      assert.deepEqual(next({ ...observed, refused, nowMs: NOW_MS + REFUSAL_MS }), EVERYTHING);
    });

    it('asks at once for something else', () => {
      const observed = atFirst(aCluster(BAD_IMAGE));
      const set = appliesOf(plan(observed, around)).at(-1);
      assert.ok(set);
      const refused = new Map([
        [set.key, { object: set.wish, reason: 'Refused', message: 'no', atMs: NOW_MS }],
      ]);
      assert.deepEqual(next({ ...observed, refused }), EVERYTHING.slice(0, 5));
      assert.deepEqual(next({ ...observed, refused, cluster: aCluster() }), EVERYTHING);
    });
  });
});
