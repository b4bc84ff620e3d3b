import assert from 'node:assert/strict';
import { podMonitors } from '../operator/cartcluster/kinds.ts';
import { networkPolicies, persistentVolumeClaims, services } from '../operator/kube/resources.ts';
import { requestsOf } from './testing/audit.ts';
import { eventually } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { installMonitoringCrds } from './testing/monitoring-crds.ts';
import { useNamespace } from './testing/namespace.ts';
import { Release } from './testing/release.ts';
import { Shop } from './testing/shop.ts';
import type { Resource } from '../operator/kube/object.ts';
import type { PolicyRule } from '../charts/rendered.ts';
import type { AuditedRequest } from './testing/audit.ts';
import type { KubeObject } from './testing/namespace.ts';

const DEADLINE_MS = 180_000;

/**
 * Rights that no request shows. Some clusters (OpenShift) let an owner reference hold up its owner's end only for who may change the owner's finalizers: that is looked up, not asked for.
 */
const UNSEEN = ['cartwright.dev cartclusters/finalizers update'];

interface Role {
  readonly rules: readonly PolicyRule[];
}

/** The operator's rights beside what it did with them, by the API server's own records. */
describe('the operator’s rights', function () {
  this.timeout(600_000);
  // Before the namespaces go.
  after(async () => {
    await shops().kubectl(['delete', 'cartclusters', '--all']);
    await release?.uninstall();
    await removeCrds?.();
    await kubectl(['delete', 'storageclass', '--ignore-not-found', storageClass]);
  });

  const operators = useNamespace('operators', 'suite');
  const shops = useNamespace('shops', 'suite');
  let release: Release | undefined;
  let removeCrds: (() => Promise<void>) | undefined;
  let storageClass: string;
  let since: Date;

  before(async () => {
    since = new Date();
    removeCrds = await installMonitoringCrds();
    storageClass = await makeExpandableClass(shops().name);
    release = await Release.install(operators(), { env: [{ name: 'REFERENCE_CHECK_MS', value: '1000' }] });
  });

  it('are each needed when a shop lives through all that the operator knows', async () => {
    await live();
    const granted = await grants();
    // A watch is written down when it ends.
    await release?.upgrade({ replicas: 0 });
    const [unused, forbidden] = await eventually('every right was used', DEADLINE_MS, async () => {
      const requests = await requestsOf(release?.user ?? '', since);
      const used = new Set(requests.flatMap(usesOf));
      const left = granted.filter((right) => !used.has(right) && !UNSEEN.includes(right));
      const refused = requests.filter(({ responseStatus }) => responseStatus?.code === 403);
      // What happened last may not be written down yet.
      if (left.length > 0 && refused.length === 0) throw new Error(`never used: ${left.join('; ')}`);
      return [left, refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)];
    });
    assert.deepEqual([unused, forbidden], [[], []]);
  });

  /** Makes, changes, mends, rolls, grows, and takes away. */
  async function live(): Promise<void> {
    const embedded = { storage: '100Mi', storageClassName: storageClass, retain: false };
    await shops().kubectl(['create', 'secret', 'generic', 'level', '--from-literal=level=debug']);
    await shops().kubectl(['create', 'configmap', 'history', '--from-literal=records=100']);
    const env = [
      { name: 'LOG_LEVEL', valueFrom: { secretKeyRef: { name: 'level', key: 'level' } } },
      { name: 'HISTORY_RECORDS', valueFrom: { configMapKeyRef: { name: 'history', key: 'records' } } },
    ];
    const monitoring = { podMonitor: { enabled: true } };
    const shop = await Shop.open(shops(), { journal: { embedded }, env, monitoring });
    await thereIs(podMonitors, true);
    await thereIs(networkPolicies, true);
    const pod = await shop.pod();

    // The same twice: it is told once, and counted then.
    for (const port of [8081, 8082]) await foreignEdit(port);

    const grown = { ...embedded, storage: '200Mi' };
    await shop.change({
      journal: { embedded: grown },
      networkPolicy: { enabled: false },
      podLabels: { team: 'a' },
    });
    await thereIs(podMonitors, false);
    await thereIs(networkPolicies, false);
    await eventually('the node was replaced', DEADLINE_MS, async () =>
      (await shop.pod()) === pod ? null : true,
    );
    await eventually('the volume claim asks for more', DEADLINE_MS, async () => {
      const claim = await shops().find<Claim>(persistentVolumeClaims, 'data-shop-0');
      return claim?.spec.resources.requests.storage === '200Mi' ? true : null;
    });
  }

  async function thereIs(resource: Resource, wanted: boolean): Promise<void> {
    await eventually(`${resource.kind}: ${wanted}`, DEADLINE_MS, async () =>
      ((await shops().find(resource, 'shop')) !== null) === wanted ? true : null,
    );
  }

  async function foreignEdit(port: number): Promise<void> {
    const patch = JSON.stringify({ spec: { ports: [{ port: 80, targetPort: port }] } });
    await shops().kubectl(['patch', 'service', 'shop', `--patch=${patch}`]);
    await eventually('the Service is as before', DEADLINE_MS, async () => {
      const service = await shops().find<Service>(services, 'shop');
      return service?.spec.ports[0]?.targetPort === 'http' ? true : null;
    });
  }

  /** Every right as `group resource verb`, and the name where there is one. */
  async function grants(): Promise<string[]> {
    const operator = release?.operator ?? '';
    const cluster = JSON.parse(await kubectl(['get', 'clusterrole', operator, '--output=json'])) as Role;
    const own = JSON.parse(
      await operators().kubectl(['get', 'role', `${operator}-leader`, '--output=json']),
    ) as Role;
    return [...cluster.rules, ...own.rules].flatMap(({ apiGroups, resources, resourceNames = [''], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => resourceNames.map((name) => right(group, resource, verb, name))),
        ),
      ),
    );
  }
});

interface Claim extends KubeObject {
  readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
}

interface Service extends KubeObject {
  readonly spec: { readonly ports: readonly { readonly targetPort: string | number }[] };
}

function right(group: string, resource: string, verb: string, name: string): string {
  return [group === '' ? 'core' : group, resource, verb, ...(name === '' ? [] : [name])].join(' ');
}

/** What a request needed. An apply of what is not there makes it, and needs the right to do so. */
function usesOf({ verb, objectRef, responseStatus }: AuditedRequest): string[] {
  if (objectRef === undefined) return [];
  const { apiGroup = '', resource, subresource, name = '' } = objectRef;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const verbs = verb === 'patch' && responseStatus?.code === 201 ? ['patch', 'create'] : [verb];
  return verbs.flatMap((one) => [right(apiGroup, what, one, ''), right(apiGroup, what, one, name)]);
}

/** A class like the default one, whose volumes may grow as far as the API server is concerned. */
async function makeExpandableClass(name: string): Promise<string> {
  const classes = JSON.parse(await kubectl(['get', 'storageclasses', '--output=json'])) as {
    items: readonly { provisioner: string; metadata: { annotations?: Record<string, string> } }[];
  };
  const standard = classes.items.find(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
  assert.ok(standard, 'there is a default StorageClass');
  const object = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: standard.provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
  await kubectl(['apply', '--filename=-'], { input: JSON.stringify(object) });
  return name;
}
