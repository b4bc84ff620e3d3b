import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from '../api-client.ts';
import { systemClock } from '../clock.ts';
import { defaultKubeConfig, KubeConfigCredentials } from '../credentials.ts';
import { UndiciTransport } from '../undici-transport.ts';
import { until, widgets } from './fixtures.ts';
import { TcpProxy } from './tcp-proxy.ts';
import type { ApiClientOptions } from '../api-client.ts';
import type { ObjectRef, Resource } from '../object.ts';

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

const SERVED_MS = 30_000;

/** The API server that `KUBECONFIG` names, with a namespace of one's own and the kind of the tests in it. */
export class RealApiServer {
  readonly namespace: string;
  readonly #transports: UndiciTransport[] = [];
  readonly #direct: UndiciTransport;

  constructor(namespace: string) {
    this.namespace = namespace;
    this.#direct = this.#transport(defaultKubeConfig());
  }

  client(fieldManager: string): ApiClient {
    return this.#client(this.#direct, { fieldManager });
  }

  /** A client with connections of its own, through a network that can be broken. */
  async apart(more: Partial<ApiClientOptions> = {}, connections = 16): Promise<Apart> {
    const config = defaultKubeConfig();
    const cluster = config.getCurrentCluster() ?? assert.fail('no cluster');
    const server = new URL(cluster.server);
    const proxy = new TcpProxy(server);
    await proxy.start();
    // The certificate is still the API server's.
    const tlsServerName =
      cluster.tlsServerName ?? (/^[\d.]+$/.test(server.hostname) ? 'kubernetes' : server.hostname);
    const there = { ...cluster, server: `https://127.0.0.1:${proxy.port}`, tlsServerName };
    const through = new KubeConfig();
    through.loadFromClusterAndUser(there, config.getCurrentUser() ?? assert.fail('no user'));
    const transport = this.#transport(through, connections);
    return { proxy, transport, client: this.#client(transport, { fieldManager: 'apart', ...more }) };
  }

  async start(): Promise<void> {
    const admin = this.client('e2e');
    await admin.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.namespace },
    });
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const version = {
      name: widgets.version,
      served: true,
      storage: true,
      subresources: { status: {} },
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
    };
    const spec = {
      group: widgets.group,
      scope: 'Namespaced',
      names: { plural: widgets.plural, singular: 'widget', kind: widgets.kind },
      versions: [version],
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${widgets.plural}.${widgets.group}` },
      spec,
    };
    await admin.apply(definitions, definition);
    await until('the kind is served', () => admin.serves(widgets), SERVED_MS);
  }

  async stop(): Promise<void> {
    await this.#remove(namespaces, { name: this.namespace });
    await this.#remove(definitions, { name: `${widgets.plural}.${widgets.group}` });
    for (const transport of this.#transports) await transport.close();
  }

  async #remove(resource: Resource, ref: ObjectRef): Promise<void> {
    const admin = this.client('e2e');
    const { uid = '', resourceVersion = '' } = (await admin.get(resource, ref)).metadata;
    await admin.delete(resource, ref, { uid, resourceVersion });
  }

  #transport(config: KubeConfig, connections = 16): UndiciTransport {
    const credentials = new KubeConfigCredentials(config, () => performance.now());
    const transport = new UndiciTransport(credentials, { connections });
    this.#transports.push(transport);
    return transport;
  }

  #client(transport: UndiciTransport, more: Partial<ApiClientOptions>): ApiClient {
    return new ApiClient({
      transport,
      clock: systemClock,
      fieldManager: 'e2e',
      userAgent: 'cartwright-e2e',
      ...more,
    });
  }
}

export interface Apart {
  readonly proxy: TcpProxy;
  readonly transport: UndiciTransport;
  readonly client: ApiClient;
}
