import assert from 'node:assert/strict';
import { pods } from '../../operator/kube/resources.ts';
import { Client } from './client.ts';
import { eventually } from './eventually.ts';
import type { Namespace } from './namespace.ts';

const READY_DEADLINE_MS = 180_000;
const ANSWER_DEADLINE_MS = 60_000;
export const SKU = 'TEST-SKU-123';

interface Cart {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** A CartCluster, and a client in the cluster that shops at its Service. */
export class Shop {
  readonly namespace: Namespace;
  readonly name: string;
  readonly client: Client;

  private constructor(namespace: Namespace, name: string, client: Client) {
    this.namespace = namespace;
    this.name = name;
    this.client = client;
  }

  /** Resolves when it is ready. */
  static async open(namespace: Namespace, spec: object = {}, name = 'shop'): Promise<Shop> {
    await applyCartCluster(namespace, spec, name);
    const client = await Client.start(namespace, `${name}-client`);
    const shop = new Shop(namespace, name, client);
    await shop.ready();
    return shop;
  }

  /** What the spec says then is what was said here, and nothing from before. */
  async change(spec: object): Promise<void> {
    await applyCartCluster(this.namespace, spec, this.name);
  }

  async ready(): Promise<void> {
    await this.namespace.until(`cartcluster/${this.name}`, 'condition=Ready', READY_DEADLINE_MS);
  }

  /** How often the article is in that cart after so many more of it were added. */
  add(cart: string, quantity: number): Promise<number> {
    return this.#quantity(cart, { method: 'POST', json: { sku: SKU, quantity, country: 'se' } });
  }

  quantity(cart: string): Promise<number> {
    return this.#quantity(cart, {});
  }

  /** UID of the node's pod: another one says that it was replaced. */
  async pod(): Promise<string> {
    const pod = await this.namespace.find(pods, `${this.name}-0`);
    return pod?.metadata.uid ?? assert.fail(`there is no ${this.name}-0`);
  }

  #quantity(cart: string, request: Parameters<Client['fetch']>[1]): Promise<number> {
    return eventually(`an answer about ${cart}`, ANSWER_DEADLINE_MS, async () => {
      const { status, body } = await this.client.fetch(`http://${this.name}/cart/byid/${cart}`, request);
      if (status !== 200) throw new Error(`${status} ${body}`);
      return (JSON.parse(body) as Cart).items.find(({ sku }) => sku === SKU)?.quantity ?? 0;
    });
  }
}

async function applyCartCluster(namespace: Namespace, spec: object, name: string): Promise<void> {
  await namespace.apply([
    {
      apiVersion: 'cartwright.dev/v1alpha1',
      kind: 'CartCluster',
      metadata: { name },
      spec: { journal: { embedded: { storage: '100Mi', retain: false } }, ...spec },
    },
  ]);
}
