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

const CONNECTIONS = 8;
let ways: { readonly transport: UndiciTransport; readonly client: ApiClient } | null = null;

/**
 * The API server of KUBECONFIG, asked from this process: tests look at objects all the time, and kubectl is a program to be started for each look. Its connections hold up no exit while they
 * are idle.
 */
export function api(): ApiClient {
  return waysThere().client;
}

/** Answers with what something in that pod says to a POST at that path, by way of the API server; throws when it says anything else than 200. */
export async function askPod(
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
  path: string,
  message: object,
  deadlineMs: number,
): Promise<unknown> {
  const response = await waysThere().transport.send({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(deadlineMs),
  });
  const text = await new Response(ReadableStream.from(response.body)).text();
  if (response.status !== 200) throw new Error(`${name}${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

function waysThere(): NonNullable<typeof ways> {
  if (ways === null) {
    const credentials = new KubeConfigCredentials(defaultKubeConfig(), () => performance.now());
    const transport = new UndiciTransport(credentials, { connections: CONNECTIONS });
    const options = { clock: systemClock, fieldManager: 'e2e', userAgent: 'cartwright-e2e' };
    ways = { transport, client: new ApiClient({ transport, ...options }) };
  }
  return ways;
}
