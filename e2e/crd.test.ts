import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { badCartClusters } from '../operator/api/testing/bad-cart-clusters.ts';
import { goodCartClusters, minimalSpecWithDefaults } from '../operator/api/testing/good-cart-clusters.ts';
import { manifest } from '../operator/api/testing/cart-clusters.ts';
import { CART_CLUSTER } from '../operator/api/cart-cluster.ts';
import { ApiClient } from '../operator/kube/api-client.ts';
import { systemClock } from '../operator/kube/clock.ts';
import { KubeConfigCredentials } from '../operator/kube/credentials.ts';
import { ApiError, isConflict, isNotFound } from '../operator/kube/errors.ts';
import { UndiciTransport } from '../operator/kube/undici-transport.ts';
import type { CartClusterManifest } from '../operator/api/testing/cart-clusters.ts';
import type { KubeObject, Resource } from '../operator/kube/object.ts';

/** What the API server itself says to CartClusters: it, not zod, is what a user meets. */
describe('the CRD on a real API server', function () {
  this.timeout(60_000);

  const namespaces: Resource = {
    group: '',
    version: 'v1',
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
  };
  const crds: Resource = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  };
  const namespace = `crd-test-${process.pid}`;
  let transport: UndiciTransport;
  let client: ApiClient;

  before(async () => {
    const config = new KubeConfig();
    config.loadFromDefault();
    transport = new UndiciTransport(new KubeConfigCredentials(config, () => performance.now()), {
      connections: 4,
    });
    client = new ApiClient({
      transport,
      clock: systemClock,
      fieldManager: 'e2e',
      userAgent: 'cartwright-e2e',
    });
    const text = readFileSync(new URL('../crds/cartwright.dev_cartclusters.yaml', import.meta.url), 'utf8');
    await client.apply(crds, parse(text) as KubeObject);
    await until(() => client.serves(CART_CLUSTER));
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });

  after(async () => {
    try {
      const { metadata } = await client.get(namespaces, { name: namespace });
      const { name, uid = '', resourceVersion = '' } = metadata;
      await client.delete(namespaces, { name }, { uid, resourceVersion });
    } finally {
      await transport.close();
    }
  });

  function placed(object: CartClusterManifest): KubeObject {
    return { ...object, metadata: { ...object.metadata, namespace } };
  }

  async function remove(name: string): Promise<void> {
    await until(async () => {
      const found = await client.find(CART_CLUSTER, { namespace, name });
      if (found === null) return true;
      const { uid = '', resourceVersion = '' } = found.metadata;
      await client
        .delete(CART_CLUSTER, { namespace, name }, { uid, resourceVersion })
        .catch((error: unknown) => {
          if (!isConflict(error) && !isNotFound(error)) throw error;
        });
      return false;
    });
  }

  /** Replaces it, with whatever version it has by now: an operator may be at work on it. */
  async function change(object: CartClusterManifest): Promise<void> {
    const { name } = object.metadata;
    await until(async () => {
      const { metadata } = await client.get(CART_CLUSTER, { namespace, name });
      try {
        await client.replace(CART_CLUSTER, { ...object, metadata });
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    });
  }

  for (const { title, object, field, says, changeOf } of badCartClusters) {
    it(`refuses ${title}, and names ${field}`, async () => {
      if (changeOf !== undefined) await client.create(CART_CLUSTER, placed(changeOf));
      try {
        await assert.rejects(
          changeOf === undefined ? client.create(CART_CLUSTER, placed(object)) : change(object),
          (error) => {
            assert.ok(error instanceof ApiError);
            assert.equal(error.status, 422, error.message);
            const fields = error.causes.map((cause) => cause.field);
            assert.ok(fields.includes(field), `${fields.join(', ')} and not ${field}: ${error.message}`);
            if (says !== undefined) assert.match(error.message, says);
            return true;
          },
        );
      } finally {
        await remove(object.metadata.name);
      }
    });
  }

  for (const { title, object } of goodCartClusters) {
    it(`accepts ${title}`, async () => {
      await client.create(CART_CLUSTER, placed(object));
      await remove(object.metadata.name);
    });
  }

  it('fills in every default', async () => {
    const { spec } = (await client.create(CART_CLUSTER, placed(manifest()))) as { spec?: unknown };
    assert.deepEqual(spec, minimalSpecWithDefaults);
    await remove('shop');
  });

  it('lets a volume grow', async () => {
    await client.create(CART_CLUSTER, placed(manifest()));
    await change(manifest({ journal: { embedded: { storage: '1025Mi' } } }));
    await remove('shop');
  });

  it('lets a cluster be scaled by its subresource to one node and no further', async () => {
    const scale = (replicas: number): Promise<KubeObject> =>
      client.patch(
        CART_CLUSTER,
        { namespace, name: 'shop' },
        { spec: { replicas } },
        { subresource: 'scale' },
      );
    await client.create(CART_CLUSTER, placed(manifest()));
    await scale(0);
    await scale(1);
    await assert.rejects(scale(2), /one node: its volume belongs to one process/);
    await remove('shop');
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
