import assert from 'node:assert/strict';
import { CONDITION_TYPES } from '../api/status.ts';
import { find } from './conditions.ts';
import { eventsOfTransition } from './events.ts';
import { plan } from './plan.ts';
import { statusOf, versionOf } from './status.ts';
import { aClaim, aCluster, afterwards, aPod, around, atFirst, foreign, NOW_MS } from './testing/builders.ts';
import type { CartClusterStatus, ConditionType } from '../api/status.ts';
import type { Observed } from './observed.ts';
import type { Finding } from './plan.ts';

const IMAGE = 'registry.example/cart-node:1.2.3';

function statusFor(observed: Observed, refusals: readonly Finding[] = []): CartClusterStatus {
  return statusOf(observed, plan(observed, around), refusals, IMAGE);
}

/** `True AllNodesOpen`. */
function condition(status: CartClusterStatus, type: ConditionType): string {
  const found = find(status, type);
  return `${found?.status ?? '-'} ${found?.reason ?? '-'}`;
}

function message(status: CartClusterStatus, type: ConditionType): string {
  return find(status, type)?.message ?? '';
}

/** The status after one look at each, each with what the former one wrote. */
function following(first: Observed, ...more: readonly Observed[]): CartClusterStatus {
  let status = statusFor(first);
  for (const observed of more) status = statusFor({ ...observed, cluster: { ...observed.cluster, status } });
  return status;
}

const serving = (spec = {}): Observed =>
  afterwards(aCluster(spec), { pods: [aPod(0, 'new')], claims: [aClaim('1Gi')] });

describe('the status of a CartCluster', () => {
  it('has every condition from the first look on, each of this generation', () => {
    const { conditions = [] } = statusFor(atFirst(aCluster()));
    assert.deepEqual(
      conditions.map(({ type }) => type),
      [...CONDITION_TYPES],
    );
    assert.ok(conditions.every(({ observedGeneration }) => observedGeneration === 3));
  });

  it('says that it is being created, until the first node serves', () => {
    const first = statusFor(atFirst(aCluster()));
    assert.equal(condition(first, 'Ready'), 'False Creating');
    const starting = following(
      atFirst(aCluster()),
      afterwards(aCluster(), { pods: [aPod(0, 'new', 'starting')] }),
    );
    assert.equal(condition(starting, 'Ready'), 'False Creating');
    assert.equal(condition(starting, 'Reconciling'), 'True Creating');
    assert.equal(message(starting, 'Ready'), 'shop-0 is starting');
  });

  it('says that all is well', () => {
    const status = statusFor(serving());
    assert.deepEqual(
      CONDITION_TYPES.map((type) => condition(status, type)),
      [
        'True AllNodesOpen',
        'True Serving',
        'False Settled',
        'False NotStalled',
        'True RevisionCurrent',
        'False NotPaused',
      ],
    );
    assert.deepEqual(
      { ...status, conditions: undefined },
      {
        conditions: undefined,
        observedGeneration: 3,
        replicas: 1,
        readyReplicas: 1,
        ready: '1/1',
        selector:
          'app.kubernetes.io/name=cartwright-node,app.kubernetes.io/instance=shop,app.kubernetes.io/component=node',
        currentRevision: 'new',
        updateRevision: 'new',
        version: '1.2.3',
      },
    );
  });

  it('is the same when nothing changed, later too', () => {
    const status = statusFor(serving());
    const later = { ...serving(), nowMs: NOW_MS + 3_600_000 };
    assert.deepEqual(statusFor({ ...later, cluster: { ...later.cluster, status } }), status);
  });

  it('says when a condition’s status changed last, not when its reason did', () => {
    const starting = { ...afterwards(aCluster(), { pods: [aPod(0, 'new', 'starting')] }), nowMs: NOW_MS };
    const crashing = { ...afterwards(aCluster(), { pods: [aPod(0, 'new', 'crash')] }), nowMs: NOW_MS + 5000 };
    const status = following(starting, crashing);
    assert.equal(find(status, 'Ready')?.lastTransitionTime, '2026-10-01T12:00:00Z');
    assert.equal(find(status, 'Stalled')?.lastTransitionTime, '2026-10-01T12:00:05Z');
  });

  it('says which node does not serve, once it did', () => {
    const starting = afterwards(aCluster(), { pods: [aPod(0, 'new', 'starting')] });
    const status = following(serving(), starting);
    assert.equal(condition(status, 'Ready'), 'False NodesNotReady');
    assert.equal(condition(status, 'Available'), 'False NoNodeOpen');
    assert.equal(condition(status, 'UpToDate'), 'True RevisionCurrent');
  });

  it('says what a node waits for that is being deleted', () => {
    const status = following(serving(), afterwards(aCluster(), { pods: [aPod(0, 'new', 'leaving')] }));
    assert.equal(message(status, 'Ready'), 'shop-0 is being deleted');
  });

  it('says that a node without carts to serve is as it should be', () => {
    const status = statusFor(afterwards(aCluster({ replicas: 0 })));
    assert.equal(condition(status, 'Ready'), 'True ScaledToZero');
    assert.equal(condition(status, 'Available'), 'False ScaledToZero');
    assert.equal(status.ready, '0/0');
  });

  describe('when somebody must help', () => {
    const stalls: readonly [string, Observed, string, RegExp][] = [
      [
        'an image that there is not',
        afterwards(aCluster(), { pods: [aPod(0, 'new', 'image')] }),
        'ImagePull',
        /shop-0: the image can't be had: no such image/,
      ],
      [
        'a node that ends at once, with its own words',
        afterwards(aCluster(), { pods: [aPod(0, 'new', 'crash')] }),
        'CrashLoop',
        /exit code 2 again and again: LEASE_MS: "x" is not allowed/,
      ],
      [
        'a reference that is missing',
        atFirst(aCluster(), { references: { missing: ['Secret s is missing'], digest: '' } }),
        'ReferenceMissing',
        /Secret s is missing/,
      ],
      [
        'a name that is taken',
        atFirst(aCluster(), { statefulSet: foreign('StatefulSet') as never }),
        'ForeignObject',
        /a StatefulSet shop that is not/,
      ],
    ];
    for (const [title, observed, reason, words] of stalls) {
      it(`names ${title}`, () => {
        const status = statusFor(observed);
        assert.equal(condition(status, 'Ready'), `False ${reason}`);
        assert.equal(condition(status, 'Stalled'), `True ${reason}`);
        assert.match(message(status, 'Stalled'), words);
        // Else kstatus would wait for what can't come.
        assert.equal(condition(status, 'Reconciling'), 'False Settled');
      });
    }

    it('repeats what the API server refused', () => {
      const status = statusFor(serving(), [{ reason: 'Refused', message: 'exceeded quota' }]);
      assert.equal(condition(status, 'Stalled'), 'True Refused');
      assert.equal(message(status, 'Ready'), 'exceeded quota');
    });

    const unschedulable = (createdSecondsAgo: number, why: string): Observed => {
      const pod = aPod(0, 'new', {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: why }],
        },
      });
      const creationTimestamp = new Date(NOW_MS - createdSecondsAgo * 1000).toISOString();
      return afterwards(aCluster(), { pods: [{ ...pod, metadata: { ...pod.metadata, creationTimestamp } }] });
    };

    it('says that no machine takes a node, but not at once', () => {
      const early = unschedulable(29, '0/3 nodes are available');
      assert.equal(condition(statusFor(early), 'Stalled'), 'False NotStalled');
      assert.equal(plan(early, around).pods[0]?.patienceMs, 1000);
      const late = statusFor(unschedulable(30, '0/3 nodes are available'));
      assert.equal(condition(late, 'Stalled'), 'True Unschedulable');
      const volume = statusFor(unschedulable(60, 'pod has unbound immediate PersistentVolumeClaims'));
      assert.equal(condition(volume, 'Stalled'), 'True VolumePending');
    });

    it('says that a machine does not answer when a node does not go', () => {
      const pod = aPod(0, 'new', 'leaving');
      const observed = afterwards(aCluster(), { pods: [pod] });
      assert.equal(condition(statusFor(observed), 'Stalled'), 'False NotStalled');
      const status = statusFor({ ...observed, nowMs: NOW_MS + 91_000 });
      assert.equal(condition(status, 'Stalled'), 'True NodeLost');
      assert.match(message(status, 'Stalled'), /machine-1/);
    });
  });

  describe('in a rollout', () => {
    const rolling = afterwards(aCluster(), { pods: [aPod(0, 'old')] });
    const failed = afterwards(aCluster(), { pods: [aPod(0, 'new', 'image')] });

    it('says which nodes are to come', () => {
      const status = following(serving(), rolling);
      assert.equal(condition(status, 'Ready'), 'False RollingOut');
      assert.equal(condition(status, 'Available'), 'True Serving');
      assert.equal(condition(status, 'UpToDate'), 'False RolloutInProgress');
      assert.equal(status.currentRevision, 'old');
      assert.equal(status.updateRevision, 'new');
    });

    it('says that it failed, and why', () => {
      const status = following(serving(), rolling, failed);
      assert.equal(condition(status, 'UpToDate'), 'False RolloutFailed');
      assert.match(message(status, 'UpToDate'), /no such image/);
    });

    it('is over when every node served; what befalls one later is another story', () => {
      const status = following(rolling, serving(), failed);
      assert.equal(condition(status, 'UpToDate'), 'True RevisionCurrent');
      assert.equal(condition(status, 'Stalled'), 'True ImagePull');
    });

    it('says nothing else while the StatefulSet’s controller has not seen the change', () => {
      const unseen = afterwards(aCluster(), { pods: [aPod(0, 'new')] }, { seen: false });
      const later = { ...unseen.cluster, metadata: { ...unseen.cluster.metadata, generation: 4 } };
      const status = following(serving(), { ...unseen, cluster: later });
      assert.equal(condition(status, 'UpToDate'), 'True RevisionCurrent');
      assert.equal(find(status, 'UpToDate')?.observedGeneration, 3);
      assert.equal(condition(status, 'Reconciling'), 'True RollingOut');
      assert.equal(find(status, 'Reconciling')?.observedGeneration, 4);
    });

    it('lays no trouble at the new spec’s door that may be the former one’s', () => {
      const unseen = afterwards(aCluster(), { pods: [aPod(0, 'new', 'image')] }, { seen: false });
      const status = following(failed, unseen);
      assert.equal(condition(status, 'Stalled'), 'False NotStalled');
      assert.equal(condition(status, 'Ready'), 'False NodesNotReady');
    });
  });

  it('says what is paused', () => {
    const paused = statusFor(serving({ paused: true }));
    assert.equal(condition(paused, 'Ready'), 'True AllNodesOpen');
    assert.equal(condition(paused, 'Paused'), 'True UserRequested');
    const held = statusFor(afterwards(aCluster({ paused: true }), { pods: [aPod(0, 'old')] }));
    assert.equal(condition(held, 'Ready'), 'False Paused');
    assert.equal(condition(held, 'UpToDate'), 'False Paused');
    assert.equal(condition(held, 'Reconciling'), 'False Settled');
    assert.match(message(held, 'Ready'), /shop-0 of an old revision/);
  });

  it('says how a volume grows', () => {
    const cluster = aCluster({ journal: { embedded: { storage: '2Gi' } } });
    const status = statusFor(afterwards(cluster, { pods: [aPod(0, 'new')], claims: [aClaim('2Gi', '1Gi')] }));
    assert.equal(condition(status, 'Reconciling'), 'True VolumeGrowing');
    assert.equal(message(status, 'Reconciling'), 'data-shop-0 grows from 1Gi to 2Gi');
  });

  const versions: readonly [string, string][] = [
    ['registry.example:5000/cart-node:1.2.3', '1.2.3'],
    ['registry.example:5000/cart-node', 'latest'],
    [`cart-node:1.2.3@sha256:${'0123456789abcdef'.repeat(4)}`, '1.2.3'],
    [`cart-node@sha256:${'0123456789abcdef'.repeat(4)}`, '0123456789ab'],
  ];
  for (const [image, version] of versions) {
    it(`calls ${image.slice(0, 50)} version ${version}`, () => assert.equal(versionOf(image), version));
  }
});

describe('the events of a CartCluster', () => {
  function told(...looks: readonly Observed[]): readonly string[] {
    const told: string[] = [];
    let before: CartClusterStatus = {};
    for (const observed of looks) {
      const after = statusFor({ ...observed, cluster: { ...observed.cluster, status: before } });
      told.push(...eventsOfTransition(before, after).map(({ type, reason }) => `${type} ${reason}`));
      before = after;
    }
    return told;
  }

  const created = [
    atFirst(aCluster()),
    afterwards(aCluster(), { pods: [aPod(0, 'new', 'starting')] }),
    serving(),
  ];
  const rolling = afterwards(aCluster(), { pods: [aPod(0, 'old')] });
  const crashing = afterwards(aCluster(), { pods: [aPod(0, 'new', 'crash')] });

  it('are none when it comes into being: that is told by what was done', () => {
    assert.deepEqual(told(...created), []);
  });

  it('tell of a rollout from its beginning to its end', () => {
    assert.deepEqual(told(...created, rolling, serving()), [
      'Normal RolloutStarted',
      'Normal RolloutCompleted',
    ]);
  });

  it('tell of a rollout that failed and of the one that mended it', () => {
    assert.deepEqual(told(...created, rolling, crashing, rolling, serving()), [
      'Normal RolloutStarted',
      'Warning RolloutFailed',
      'Warning CrashLoop',
      'Normal RolloutStarted',
      'Normal RolloutCompleted',
    ]);
  });

  it('tell once of what somebody must mend', () => {
    const missing = { ...serving(), references: { missing: ['Secret s is missing'], digest: '' } };
    assert.deepEqual(told(...created, missing, missing), ['Warning ReferenceMissing']);
  });

  it('tell of a pause and of its end', () => {
    assert.deepEqual(told(...created, serving({ paused: true }), serving()), [
      'Normal Paused',
      'Normal Resumed',
    ]);
  });
});
