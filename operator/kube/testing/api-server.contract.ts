import assert from 'node:assert/strict';
import { isAlreadyExists, isConflict, isGone, isInvalid, isNotFound, ApiError } from '../errors.ts';
import { microTime } from '../micro-time.ts';
import { configMaps, events, leases, networkPolicies, services, statefulSets } from '../resources.ts';
import { podTemplates, widgets } from './fixtures.ts';
import type { ApiClient } from '../api-client.ts';
import type { FieldsV1, KubeObject, ObjectRef, Resource } from '../object.ts';
import type { WatchEvent } from '../watch-stream.ts';

/** An API server to be judged: the fake one, or a real one. */
export interface ApiServerUnderTest {
  /** A client that writes under this name. */
  client(fieldManager: string): ApiClient;
  /** A namespace of this test's own. */
  readonly namespace: string;
}

type Fields = KubeObject & Record<string, unknown>;

/**
 * What controllers rely on. The fake API server and real ones are held to the same sentences, so that what is proven on the fake one is
 * true.
 */
export function apiServerContract(setUp: () => ApiServerUnderTest): void {
  let ours: ApiClient;
  let theirs: ApiClient;
  let namespace: string;
  let last = 0;

  beforeEach(() => {
    const server = setUp();
    ours = server.client('ours');
    theirs = server.client('theirs');
    ({ namespace } = server);
    last += 1;
  });

  /** A name that no other test has. */
  const ref = (): ObjectRef & { namespace: string } => ({ namespace, name: `test-${last}` });

  function object(resource: Resource, fields: object, meta: object = {}): Fields {
    const { group, version, kind } = resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return { apiVersion, kind, metadata: { ...ref(), ...meta }, ...fields };
  }

  const version = ({ metadata }: KubeObject): string => metadata.resourceVersion ?? assert.fail('no version');
  const uid = ({ metadata }: KubeObject): string => metadata.uid ?? assert.fail('no uid');

  /** What a manager owns by its applies. */
  function owned({ metadata }: KubeObject, manager = 'ours', operation = 'Apply'): FieldsV1 | undefined {
    return metadata.managedFields?.find((entry) => entry.manager === manager && entry.operation === operation)
      ?.fieldsV1;
  }

  describe('objects', () => {
    it('are created once', async () => {
      const made = await ours.create(configMaps, object(configMaps, { data: { a: '1' } }));
      assert.match(uid(made), /^[0-9a-f-]{36}$/);
      assert.match(made.metadata.creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      await assert.rejects(ours.create(configMaps, object(configMaps, {})), isAlreadyExists);
      assert.equal(owned(made, 'ours', 'Update')?.['f:data']?.['f:a'] !== undefined, true);
    });

    it('are not found when they are not there', async () => {
      assert.equal(await ours.find(configMaps, ref()), null);
      await assert.rejects(ours.patch(configMaps, ref(), { data: {} }), isNotFound);
      await assert.rejects(
        ours.replace(configMaps, object(configMaps, {}, { resourceVersion: '1' })),
        isNotFound,
      );
      await assert.rejects(ours.delete(configMaps, ref(), { uid: 'x', resourceVersion: '1' }), isNotFound);
    });

    it('are replaced only as they were read', async () => {
      const made = await ours.create(configMaps, object(configMaps, { data: { a: '1' } }));
      const next = await ours.replace(configMaps, { ...made, data: { a: '2' } });
      assert.notEqual(version(next), version(made));
      await assert.rejects(ours.replace(configMaps, { ...made, data: { a: '3' } }), isConflict);
      assert.equal(
        version(await ours.replace(configMaps, next)),
        version(next),
        'the same again changes nothing',
      );
    });

    it('are patched under a precondition', async () => {
      const made = await ours.create(configMaps, object(configMaps, { data: { a: '1', b: '1' } }));
      const patched = await theirs.patch<Fields>(configMaps, ref(), { data: { a: '2', b: null } });
      assert.deepEqual(patched['data'], { a: '2' });
      const stale = { metadata: { resourceVersion: version(made) }, data: { a: '3' } };
      await assert.rejects(ours.patch(configMaps, ref(), stale), isConflict);
      const same = await theirs.patch(configMaps, ref(), { data: { a: '2' } });
      assert.equal(version(same), version(patched));
    });

    it('are deleted only under both preconditions', async () => {
      const made = await ours.create(configMaps, object(configMaps, {}));
      const changed = await theirs.patch(configMaps, ref(), { data: { a: '1' } });
      const wrong = '00000000-0000-4000-8000-00000000ffff';
      await assert.rejects(
        ours.delete(configMaps, ref(), { uid: uid(made), resourceVersion: version(made) }),
        isConflict,
      );
      await assert.rejects(
        ours.delete(configMaps, ref(), { uid: wrong, resourceVersion: version(changed) }),
        isConflict,
      );
      await ours.delete(configMaps, ref(), { uid: uid(made), resourceVersion: version(changed) });
      assert.equal(await ours.find(configMaps, ref()), null);
    });

    it('stay for their finalizers, and go with the last one', async () => {
      const made = await ours.create(
        configMaps,
        object(configMaps, {}, { finalizers: ['test.example/hold'] }),
      );
      await ours.delete(configMaps, ref(), { uid: uid(made), resourceVersion: version(made) });
      const held = await ours.get(configMaps, ref());
      assert.notEqual(held.metadata.deletionTimestamp, undefined);
      await ours.patch(configMaps, ref(), { metadata: { finalizers: null } });
      assert.equal(await ours.find(configMaps, ref()), null);
    });

    it('have a status that only its own door changes, and a generation that it does not count in', async () => {
      const made = await ours.create<Fields>(
        widgets,
        object(widgets, { spec: { size: 1 }, status: { ready: true } }),
      );
      assert.equal(made['status'], undefined);
      assert.equal(made.metadata.generation, 1);
      const reported = await ours.patchStatus<Fields>(widgets, ref(), {
        status: { ready: true },
        spec: { size: 9 },
      });
      assert.deepEqual([reported['status'], reported['spec']], [{ ready: true }, { size: 1 }]);
      assert.equal(reported.metadata.generation, 1);
      const stale = { metadata: { resourceVersion: version(made) }, status: { ready: false } };
      await assert.rejects(ours.patchStatus(widgets, ref(), stale), isConflict);
      const changed = await ours.patch<Fields>(widgets, ref(), {
        spec: { size: 2 },
        status: { ready: false },
      });
      assert.deepEqual([changed['status'], changed.metadata.generation], [{ ready: true }, 2]);
      const emptied = await ours.patchStatus<Fields>(widgets, ref(), { status: { ready: null, step: 1 } });
      assert.deepEqual(emptied['status'], { step: 1 });
    });
  });

  describe('lists', () => {
    it('come in pages, as of one version', async () => {
      const labels = { list: `l${last}` };
      const labelSelector = `list=l${last}`;
      for (const suffix of ['a', 'b', 'c', 'd', 'e']) {
        await ours.create(configMaps, object(configMaps, {}, { name: `page-${last}-${suffix}`, labels }));
      }
      const first = await ours.list(configMaps, { namespace, labelSelector, limit: 2 });
      assert.equal(first.items.length, 2);
      assert.ok(first.continue !== null);
      await ours.create(configMaps, object(configMaps, {}, { name: `page-${last}-bb`, labels }));
      const second = await ours.list(configMaps, {
        namespace,
        labelSelector,
        limit: 2,
        continue: first.continue,
      });
      assert.deepEqual(
        second.items.map(({ metadata }) => metadata.name),
        [`page-${last}-c`, `page-${last}-d`],
      );
      assert.equal(second.resourceVersion, first.resourceVersion);
      const all = await ours.listAll(configMaps, { namespace, labelSelector, limit: 2 });
      assert.equal(all.items.length, 6);
      assert.ok(BigInt(all.resourceVersion) > BigInt(first.resourceVersion));
    });
  });

  describe('watches', () => {
    async function watched(
      labelSelector: string,
      resourceVersion: string,
      count: number,
    ): Promise<WatchEvent[]> {
      const stop = new AbortController();
      const stream = await ours.watch(configMaps, {
        namespace,
        labelSelector,
        resourceVersion,
        timeoutSeconds: 30,
        inactivityMs: 30_000,
        signal: stop.signal,
      });
      const seen: WatchEvent[] = [];
      for await (const event of stream) {
        if (event.type !== 'BOOKMARK') seen.push(event);
        if (seen.length >= count) break;
      }
      return seen;
    }

    const summary = (event: WatchEvent): string =>
      'object' in event ? `${event.type} ${event.object.metadata.name.replace(/.*-/, '')}` : event.type;

    it('tell everything since a version, and what no longer matches is gone', async () => {
      const labels = { watch: `w${last}` };
      const named = (suffix: string): string => `watch-${last}-${suffix}`;
      await ours.create(configMaps, object(configMaps, {}, { name: named('before'), labels }));
      const { resourceVersion } = await ours.list(configMaps, { namespace });
      const a = await ours.create(configMaps, object(configMaps, {}, { name: named('a'), labels }));
      await ours.create(configMaps, object(configMaps, {}, { name: named('other') }));
      await ours.patch(configMaps, { namespace, name: named('a') }, { data: { x: '1' } });
      await ours.patch(configMaps, { namespace, name: named('a') }, { metadata: { labels: null } });
      await ours.patch(configMaps, { namespace, name: named('other') }, { metadata: { labels } });
      const other = await ours.get(configMaps, { namespace, name: named('other') });
      await ours.delete(
        configMaps,
        { namespace, name: named('other') },
        { uid: uid(other), resourceVersion: version(other) },
      );
      const seen = await watched(`watch=w${last}`, resourceVersion, 5);
      assert.deepEqual(seen.map(summary), [
        'ADDED a',
        'MODIFIED a',
        'DELETED a',
        'ADDED other',
        'DELETED other',
      ]);
      const versions = seen.map((event) => BigInt('object' in event ? version(event.object) : 0));
      assert.ok(
        versions.every((one, index) => index === 0 || one > (versions[index - 1] ?? 0n)),
        'versions grow',
      );
      assert.ok((versions[0] ?? 0n) === BigInt(version(a)));
    });

    it('refuse to go on from a version that is gone', async () => {
      const watch = async (): Promise<void> => {
        const stream = await ours.watch(widgets, {
          resourceVersion: '1',
          timeoutSeconds: 10,
          inactivityMs: 30_000,
          signal: new AbortController().signal,
        });
        for await (const event of stream) {
          if (event.type !== 'ERROR') continue;
          throw new ApiError(event.status.message ?? '', {
            status: event.status.code ?? 0,
            reason: event.status.reason ?? '',
          });
        }
      };
      await assert.rejects(watch(), isGone);
    });
  });

  describe('server-side apply', () => {
    const labels = { app: 'x' };
    const two = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];

    interface Wish {
      readonly env?: readonly object[];
      readonly labels?: object;
      readonly image?: string;
    }

    function podSpec({ env = two.slice(0, 1), image = 'none.example/none:1' }: Wish): object {
      return {
        containers: [{ name: 'main', image, env, ports: [{ name: 'http', containerPort: 8080 }] }],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        imagePullSecrets: [{ name: 'x' }],
      };
    }

    /** Everything that pods have, and no controller that writes meanwhile. */
    function template(wish: Wish = {}, meta: object = {}): Fields {
      const fields = { template: { metadata: { labels }, spec: podSpec(wish) } };
      return object(podTemplates, fields, { labels: wish.labels ?? { team: 'carts' }, ...meta });
    }

    const ownedPodSpec: FieldsV1 = {
      'f:containers': {
        'k:{"name":"main"}': {
          '.': {},
          'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
          'f:image': {},
          'f:name': {},
          'f:ports': {
            'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} },
          },
        },
      },
      'f:imagePullSecrets': { 'k:{"name":"x"}': {} },
      'f:tolerations': {},
    };

    it('creates, and owns what it applied and nothing else', async () => {
      assert.deepEqual(owned(await ours.apply(podTemplates, template())), {
        'f:metadata': { 'f:labels': { 'f:team': {} } },
        'f:template': { 'f:metadata': { 'f:labels': { 'f:app': {} } }, 'f:spec': ownedPodSpec },
      });
      const claim = {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      const spec = {
        replicas: 0,
        serviceName: 'x',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec({}) },
        volumeClaimTemplates: [claim],
      };
      assert.deepEqual(owned(await ours.apply(statefulSets, object(statefulSets, { spec }))), {
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:serviceName': {},
          'f:template': { 'f:metadata': { 'f:labels': { 'f:app': {} } }, 'f:spec': ownedPodSpec },
          'f:volumeClaimTemplates': {},
        },
      });
    });

    it('changes nothing when it applies the same again', async () => {
      const made = await ours.apply(podTemplates, template());
      const again = await ours.apply(podTemplates, template());
      assert.equal(version(again), version(made));
    });

    it('owns lists of the kinds that operators write by their keys', async () => {
      const service = await ours.apply(
        services,
        object(services, {
          spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
        }),
      );
      assert.deepEqual(owned(service)?.['f:spec'], {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:targetPort': {} },
        },
        'f:selector': {},
      });
      const policy = await ours.apply(
        networkPolicies,
        object(networkPolicies, {
          spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress: [{}] },
        }),
      );
      assert.deepEqual(owned(policy)?.['f:spec'], {
        'f:ingress': {},
        'f:podSelector': {},
        'f:policyTypes': {},
      });
      const owner = { apiVersion: 'v1', kind: 'Service', name: service.metadata.name, uid: uid(service) };
      const map = await ours.apply(
        configMaps,
        object(
          configMaps,
          { data: { a: '1' } },
          { ownerReferences: [owner], finalizers: ['test.example/hold'] },
        ),
      );
      assert.deepEqual(owned(map), {
        'f:data': { 'f:a': {} },
        'f:metadata': {
          'f:finalizers': { 'v:"test.example/hold"': {} },
          'f:ownerReferences': { [`k:{"uid":"${uid(service)}"}`]: {} },
        },
      });
      await ours.apply(configMaps, object(configMaps, {}, { finalizers: [] }));
    });

    it('loses a field whose value somebody else changes, and takes it back by force', async () => {
      const made = await ours.apply(podTemplates, template());
      const edited = await theirs.patch(podTemplates, ref(), { metadata: { labels: { team: 'others' } } });
      assert.deepEqual(owned(edited)?.['f:metadata'], undefined);
      assert.deepEqual(owned(edited)?.['f:template'], owned(made)?.['f:template']);
      await assert.rejects(ours.apply(podTemplates, template(), { force: false }), (error) => {
        assert.ok(isConflict(error));
        assert.deepEqual(
          error.causes.map(({ reason, field }) => [reason, field]),
          [['FieldManagerConflict', '.metadata.labels.team']],
        );
        return true;
      });
      const back = await ours.apply(podTemplates, template());
      assert.deepEqual(back.metadata.labels, { team: 'carts' });
      assert.deepEqual(owned(back), owned(made));
      assert.equal(owned(back, 'theirs', 'Update')?.['f:metadata'], undefined);
    });

    it('loses a field that somebody else takes away', async () => {
      const made = await ours.apply(podTemplates, template({ labels: { team: 'carts', tier: 'a' } }));
      const edited = await theirs.patch(podTemplates, ref(), { metadata: { labels: { tier: null } } });
      assert.deepEqual(owned(edited)?.['f:metadata'], { 'f:labels': { 'f:team': {} } });
      const back = await ours.apply(podTemplates, template({ labels: { team: 'carts', tier: 'a' } }));
      assert.deepEqual(owned(back), owned(made));
    });

    it('loses a whole item that somebody else takes away, and an atomic list that somebody changes', async () => {
      const made = await ours.apply(podTemplates, template({ env: two }));
      const draft = structuredClone(made) as KubeObject & {
        template: { spec: { containers: { env: object[] }[]; tolerations: object[] } };
      };
      draft.template.spec.containers[0]?.env.pop();
      draft.template.spec.tolerations.push({ key: 'b', operator: 'Exists' });
      const edited = await theirs.replace(podTemplates, draft);
      const spec = owned(edited)?.['f:template']?.['f:spec'];
      const env = spec?.['f:containers']?.['k:{"name":"main"}']?.['f:env'] ?? {};
      assert.deepEqual(Object.keys(env), ['k:{"name":"A"}']);
      assert.equal(spec?.['f:tolerations'], undefined);
      const back = await ours.apply(podTemplates, template({ env: two }));
      assert.deepEqual(owned(back), owned(made));
    });

    it('keeps what it owns when others add fields of their own', async () => {
      const made = await ours.apply(podTemplates, template());
      const edited = await theirs.patch(podTemplates, ref(), {
        metadata: { labels: { extra: '1' }, annotations: { note: 'x' } },
      });
      assert.deepEqual(owned(edited), owned(made));
      const again = await ours.apply(podTemplates, template());
      assert.equal(version(again), version(edited));
      assert.deepEqual(again.metadata.labels, { team: 'carts', extra: '1' });
    });

    it('shares a field with whoever applies the same, and leaves it to them when it applies it no more', async () => {
      await ours.apply(configMaps, object(configMaps, { data: { a: '1', b: '1' } }));
      const shared = await theirs.apply<Fields>(configMaps, object(configMaps, { data: { a: '1' } }), {
        force: false,
      });
      assert.deepEqual(owned(shared)?.['f:data'], { 'f:a': {}, 'f:b': {} });
      const left = await ours.apply<Fields>(configMaps, object(configMaps, { data: { c: '1' } }));
      assert.deepEqual(left['data'], { a: '1', c: '1' });
      assert.deepEqual(owned(left)?.['f:data'], { 'f:c': {} });
    });

    it('takes away what it applied before and does not any more', async () => {
      await ours.apply(podTemplates, template({ env: two, labels: { team: 'carts', tier: 'a' } }));
      const fewer = await ours.apply(podTemplates, template({ env: two.slice(1) }));
      assert.deepEqual(fewer.metadata.labels, { team: 'carts' });
      const { spec } = (fewer as KubeObject & { template: { spec: { containers: { env: object[] }[] } } })
        .template;
      assert.deepEqual(spec.containers[0]?.env, two.slice(1));
    });

    const nobody = '00000000-0000-4000-8000-00000000ffff';

    it('is refused when the object is not the one that was looked at', async () => {
      const made = await ours.apply(podTemplates, template());
      await theirs.patch(podTemplates, ref(), { metadata: { labels: { extra: '1' } } });
      const on = (meta: object): Fields => template({ image: 'none.example/none:2' }, meta);
      const stale = on({ uid: uid(made), resourceVersion: version(made) });
      await assert.rejects(ours.apply(podTemplates, stale), isConflict);
      await assert.rejects(ours.apply(podTemplates, on({ uid: nobody })), isConflict);
      await assert.rejects(ours.patch(podTemplates, ref(), { metadata: { uid: nobody } }), isConflict);
      const live = await ours.get(podTemplates, ref());
      const right = on({ uid: uid(live), resourceVersion: version(live) });
      assert.notEqual(version(await ours.apply(podTemplates, right)), version(live));
    });

    it('does not make an object anew that is gone, when it says which one it means', async () => {
      await assert.rejects(ours.apply(podTemplates, template({}, { uid: nobody })), isConflict);
      const exact = template({}, { uid: nobody, resourceVersion: '7' });
      await assert.rejects(ours.apply(podTemplates, exact), isConflict);
      assert.equal(await ours.find(podTemplates, ref()), null);
    });

    it('counts what it changes', async () => {
      const made = await ours.apply(widgets, object(widgets, { spec: { size: 1 } }));
      const same = await ours.apply(widgets, object(widgets, { spec: { size: 1 } }, { labels: { a: 'b' } }));
      const changed = await ours.apply(widgets, object(widgets, { spec: { size: 2 } }));
      assert.deepEqual(
        [made, same, changed].map(({ metadata }) => metadata.generation),
        [1, 1, 2],
      );
    });

    it('reports a status by its own door, without touching the rest', async () => {
      await ours.create(widgets, object(widgets, { spec: { size: 1 } }));
      const conditions = [{ type: 'Ready', status: 'True' }];
      const status = object(widgets, { status: { conditions } });
      const applied = await ours.apply<Fields>(widgets, status, { subresource: 'status' });
      assert.deepEqual(applied['status'], { conditions });
      assert.deepEqual(applied['spec'], { size: 1 });
      const entry = applied.metadata.managedFields?.find(({ operation }) => operation === 'Apply');
      assert.equal(entry?.subresource, 'status');
    });
  });

  describe('kinds', () => {
    it('are served or not', async () => {
      assert.equal(await ours.serves(statefulSets), true);
      assert.equal(await ours.serves(configMaps), true);
      assert.equal(await ours.serves({ ...statefulSets, plural: 'ponies' }), false);
      assert.equal(await ours.serves({ ...widgets, group: 'nobody.example' }), false);
    });

    it('of leases take microseconds and nothing less', async () => {
      const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 };
      const now = Date.now();
      const bad = object(leases, { spec: { ...spec, renewTime: new Date(now).toISOString() } });
      await assert.rejects(
        ours.create(leases, bad),
        (error) => error instanceof ApiError && error.status < 500,
      );
      const renewTime = microTime(now);
      const made = await ours.create<Fields>(leases, object(leases, { spec: { ...spec, renewTime } }));
      assert.deepEqual(made['spec'], { ...spec, renewTime });
      const none = object(leases, { spec: { ...spec, leaseDurationSeconds: 0 } }, { name: `none-${last}` });
      await assert.rejects(ours.create(leases, none), isInvalid);
    });

    it('of events may grow a series', async () => {
      const regarding = await ours.create(configMaps, object(configMaps, {}));
      const event = object(events, {
        eventTime: microTime(Date.now()),
        reportingController: 'test.example/operator',
        reportingInstance: 'operator-0',
        type: 'Warning',
        reason: 'RolloutFailed',
        action: 'Rollout',
        note: 'å'.repeat(512),
        regarding: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace,
          name: regarding.metadata.name,
          uid: uid(regarding),
        },
      });
      await ours.create(events, event);
      const lastObservedTime = microTime(Date.now());
      const grown = await ours.patch<Fields>(events, ref(), { series: { count: 2, lastObservedTime } });
      assert.deepEqual(grown['series'], { count: 2, lastObservedTime });
      const long = { ...event, metadata: { namespace, name: `long-${last}` }, note: 'å'.repeat(513) };
      await assert.rejects(ours.create(events, long), isInvalid);
    });
  });
}
