import { ApiClient } from '../../operator/kube/api-client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { defaultKubeConfig, KubeConfigCredentials } from '../../operator/kube/credentials.ts';
import { UndiciTransport } from '../../operator/kube/undici-transport.ts';
import type { Resource } from '../../operator/kube/object.ts';

export const deployments: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

const CONNECTIONS = 4;
let client: ApiClient | null = null;

/**
 * The API server of KUBECONFIG, asked from this process: tests look at objects all the time, and kubectl is a program to be started for each look. Its connections hold up no exit while they
 * are idle.
 */
export function api(): ApiClient {
  if (client === null) {
    const credentials = new KubeConfigCredentials(defaultKubeConfig(), () => performance.now());
    const transport = new UndiciTransport(credentials, { connections: CONNECTIONS });
    const options = { clock: systemClock, fieldManager: 'e2e', userAgent: 'cartwright-e2e' };
    client = new ApiClient({ transport, ...options });
  }
  return client;
}
