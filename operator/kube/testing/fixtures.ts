import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from '../api-client.ts';
import { systemClock } from '../clock.ts';
import { KubeConfigCredentials } from '../credentials.ts';
import { UndiciTransport } from '../undici-transport.ts';
import { builtinResources } from './builtin-resources.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { FakeHttpServer } from './fake-http-server.ts';
import { FakeTransport } from './fake-transport.ts';
import { ManualClock } from './manual-clock.ts';
import type { ApiClientOptions } from '../api-client.ts';
import type { User } from '@kubernetes/client-node';
import type { KubeObject, Resource } from '../object.ts';
import type { FakeApiServerOptions } from './fake-api-server.ts';

/** A custom resource that means nothing. */
export const widgets: Resource = {
  group: 'test.example',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

export const podTemplates: Resource = {
  group: '',
  version: 'v1',
  plural: 'podtemplates',
  kind: 'PodTemplate',
  namespaced: true,
};

export interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number; readonly color?: string };
  readonly status?: Readonly<Record<string, unknown>>;
}

export function widget(name: string, spec: Widget['spec'] = { size: 1 }, namespace = 'default'): Widget {
  return { apiVersion: 'test.example/v1', kind: 'Widget', metadata: { name, namespace }, spec };
}

export function fakeServer(options: Partial<FakeApiServerOptions> = {}): FakeApiServer {
  const resources = [...builtinResources, podTemplates, { ...widgets, hasStatus: true }];
  return new FakeApiServer({ clock: systemClock, resources, ...options });
}

/** A client of a fake API server in this process, with time that a test moves. */
export interface InProcess {
  readonly clock: ManualClock;
  readonly server: FakeApiServer;
  readonly transport: FakeTransport;
  readonly client: ApiClient;
}

export function inProcess(
  options: Partial<FakeApiServerOptions> = {},
  more: Partial<ApiClientOptions> = {},
): InProcess {
  const clock = new ManualClock();
  const server = fakeServer({ clock, ...options });
  const transport = new FakeTransport(server);
  const client = new ApiClient({ transport, clock, fieldManager: 'tester', userAgent: 'tester/1', ...more });
  return { clock, server, transport, client };
}

/** A client of a fake API server behind real sockets. */
export interface OverSockets {
  readonly server: FakeApiServer;
  readonly http: FakeHttpServer;
  readonly transport: UndiciTransport;
  readonly client: ApiClient;
  stop(): Promise<void>;
}

export async function overSockets(
  {
    user = { name: 'tester' },
    connections = 16,
  }: { readonly user?: User; readonly connections?: number } = {},
  options: Partial<FakeApiServerOptions> = {},
  more: Partial<ApiClientOptions> = {},
): Promise<OverSockets> {
  const server = fakeServer(options);
  const http = new FakeHttpServer(server);
  await http.start();
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'fake', server: http.url, skipTLSVerify: true }, user);
  const credentials = new KubeConfigCredentials(config, () => performance.now());
  const transport = new UndiciTransport(credentials, { connections });
  const client = new ApiClient({
    transport,
    clock: systemClock,
    fieldManager: 'tester',
    userAgent: 'tester/1',
    ...more,
  });
  const stop = async (): Promise<void> => {
    await transport.close();
    await http.stop();
  };
  return { server, http, transport, client, stop };
}

/** Waits until it holds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 8000,
  everyMs = 5,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Random numbers that are the same every time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
