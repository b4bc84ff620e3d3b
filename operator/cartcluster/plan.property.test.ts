import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plan } from './plan.ts';
import { statusOf } from './status.ts';
import {
  aClaim,
  aCluster,
  afterwards,
  aPod,
  around,
  appliesOf,
  foreign,
  inWords,
} from './testing/builders.ts';
import type { Observed } from './observed.ts';

const revision = fc.constantFrom('old', 'new', 'older');
const podState = fc.constantFrom('ready', 'starting', 'image', 'crash', 'leaving');

/** Anything that may be seen after a CartCluster was there for a while. */
const anyObserved: fc.Arbitrary<Observed> = fc
  .record({
    replicas: fc.constantFrom(0, 1),
    liveReplicas: fc.nat({ max: 3 }),
    paused: fc.boolean(),
    seen: fc.boolean(),
    missing: fc.boolean(),
    catalog: fc.boolean(),
    image: fc.constantFrom('a/node:1', 'a/node:2'),
    appliedImage: fc.constantFrom('a/node:1', 'a/node:2'),
    pods: fc.array(fc.tuple(revision, podState), { maxLength: 4 }),
    deleted: fc.boolean(),
    storage: fc.constantFrom('1Gi', '2Gi'),
    taken: fc.constantFrom(null, 'ServiceAccount', 'ConfigMap', 'ClientService', 'NetworkPolicy'),
  })
  .map((any) => {
    const pods = any.pods.map(([of, state], ordinal) => aPod(ordinal, of, state));
    const spec = {
      replicas: any.replicas,
      paused: any.paused,
      image: any.image,
      journal: { embedded: { storage: any.storage } },
      ...(any.catalog && { catalog: { configMap: { name: 'c' } } }),
    };
    const observed = afterwards(
      aCluster({ ...spec, image: any.appliedImage }),
      {
        pods,
        claims: [aClaim('1Gi')],
        deleted: new Set(any.deleted ? [pods[0]?.metadata.uid ?? ''] : []),
      },
      { replicas: any.liveReplicas, seen: any.seen },
    );
    const taken = any.taken === null ? {} : { [any.taken]: foreign(any.taken) };
    return {
      ...observed,
      cluster: aCluster(spec),
      others: { ...observed.others, ...taken },
      references: { missing: any.missing ? ['ConfigMap c is missing'] : [], digest: 'x' },
    };
  });

function deletedPods(observed: Observed): readonly string[] {
  return plan(observed, around).actions.flatMap((action) =>
    action.type === 'deletePod' ? [action.pod.metadata.name] : [],
  );
}

function always(holds: (observed: Observed) => void): void {
  fc.assert(fc.property(anyObserved, holds), { numRuns: 3000 });
}

describe('whatever it sees, the plan', () => {
  it('deletes no pod that is of the wanted revision, or on its way out', () => {
    always((observed) => {
      for (const { pods } of [plan(observed, around)])
        for (const name of deletedPods(observed)) {
          const pod = pods.find((state) => state.name === name);
          assert.ok(pod !== undefined && pod.revision !== 'new' && !pod.leaving);
        }
    });
  });

  it('deletes at most one pod that serves, and only if all others do', () => {
    always((observed) => {
      const { pods } = plan(observed, around);
      const serving = deletedPods(observed).filter(
        (name) => pods.find((state) => state.name === name)?.ready,
      );
      assert.ok(serving.length <= 1);
      if (serving.length === 1) assert.ok(pods.every(({ ready }) => ready));
    });
  });

  it('neither deletes a pod nor takes a node away while paused', () => {
    always((observed) => {
      if (!observed.cluster.spec.paused) return;
      assert.deepEqual(deletedPods(observed), []);
      for (const { replicas, live } of appliesOf(plan(observed, around))) {
        const now = (live as { spec?: { replicas?: number } } | null)?.spec?.replicas ?? 0;
        assert.ok(replicas === undefined || replicas >= now);
      }
    });
  });

  it('changes nothing that pods start from while something that they need is missing', () => {
    always((observed) => {
      const { spec } = observed.cluster;
      if (observed.references.missing.length === 0 || spec.replicas === 0) return;
      const words = inWords(plan(observed, around));
      assert.ok(!words.some((word) => /StatefulSet|ConfigMap|Pod/.test(word)), words.join(', '));
    });
  });

  it('touches nothing that is somebody else’s', () => {
    always((observed) => {
      const { actions } = plan(observed, around);
      for (const action of actions) {
        if (action.type !== 'apply' && action.type !== 'delete') continue;
        assert.notEqual(action.live?.metadata.uid, 'uid-of-foreign');
      }
    });
  });

  it('makes a status that is the same when nothing changes', () => {
    always((observed) => {
      const status = statusOf(observed, plan(observed, around), [], 'a/node:1');
      const again = { ...observed, nowMs: observed.nowMs + 1, cluster: { ...observed.cluster, status } };
      const second = statusOf(again, plan(again, around), [], 'a/node:1');
      const third = statusOf(
        { ...again, cluster: { ...again.cluster, status: second } },
        plan(again, around),
        [],
        'a/node:1',
      );
      assert.deepEqual(third, second);
    });
  });
});
