import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ApiClient } from '../operator/kube/api-client.ts';
import { systemClock } from '../operator/kube/clock.ts';
import { defaultKubeConfig, KubeConfigCredentials } from '../operator/kube/credentials.ts';
import { apiServerContract } from '../operator/kube/testing/api-server.contract.ts';
import { widgets } from '../operator/kube/testing/fixtures.ts';
import { UndiciTransport } from '../operator/kube/undici-transport.ts';
import type { Resource } from '../operator/kube/object.ts';

const namespaces: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('the API server', () => {
  const transport = new UndiciTransport(
    new KubeConfigCredentials(defaultKubeConfig(), () => performance.now()),
  );
  const client = (fieldManager: string): ApiClient =>
    new ApiClient({ transport, clock: systemClock, fieldManager, userAgent: fieldManager });
  const namespace = `e2e-kube-${randomBytes(3).toString('hex')}`;

  before(async () => {
    const admin = client('e2e');
    await admin.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await admin.apply(definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${widgets.plural}.${widgets.group}` },
      ...{
        spec: {
          group: widgets.group,
          scope: 'Namespaced',
          names: { plural: widgets.plural, singular: 'widget', kind: widgets.kind },
          versions: [
            {
              name: widgets.version,
              served: true,
              storage: true,
              subresources: { status: {} },
              schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
            },
          ],
        },
      },
    });
    const deadlineMs = performance.now() + 30_000;
    while (!(await admin.serves(widgets)))
      assert.ok(performance.now() < deadlineMs, 'the kind is served in time');
  });

  after(async () => {
    const admin = client('e2e');
    for (const [resource, name] of [[namespaces, namespace]] as const) {
      const { uid = '', resourceVersion = '' } = (await admin.get(resource, { name })).metadata;
      await admin.delete(resource, { name }, { uid, resourceVersion });
    }
    await transport.close();
  });

  apiServerContract(() => ({ namespace, client }));
});
