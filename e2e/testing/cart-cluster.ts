import { CART_CLUSTER } from '../../operator/api/cart-cluster.ts';
import { events, pods } from '../../operator/kube/resources.ts';
import { Client } from './client.ts';
import { eventually } from './eventually.ts';
import type { CartClusterStatus } from '../../operator/api/status.ts';
import type { KubeObject, Namespace } from './namespace.ts';

/** An article of the demo catalog, and of the one that `catalogOf` makes. */
export const SKU = 'TEST-SKU-123';
const DEADLINE_MS = 120_000;
const NAME = 'shop';

interface CartClusterObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly status?: CartClusterStatus;
}

interface Event extends KubeObject {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string };
}

/** The CartCluster `shop` of a namespace, as its user sees it. */
export class CartCluster {
  readonly namespace: Namespace;
  #client: Client | null = null;

  constructor(namespace: Namespace) {
    this.namespace = namespace;
  }

  /** Only what is said here: what was said before is gone. */
  async apply(spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const journal = { embedded: { storage: '100Mi' } };
    const metadata = { name: NAME };
    const object = {
      apiVersion: 'cartwright.dev/v1alpha1',
      kind: 'CartCluster',
      metadata,
      spec: { journal, ...spec },
    };
    await this.namespace.apply([object]);
  }

  async object(): Promise<CartClusterObject> {
    const found = await this.namespace.find<CartClusterObject>(CART_CLUSTER, NAME);
    if (found === null) throw new Error('there is no CartCluster');
    return found;
  }

  /** Resolves when the spec, as it is now, is realised. */
  async ready(deadlineMs = DEADLINE_MS): Promise<void> {
    await this.is('Ready', 'True', deadlineMs);
  }

  /** Resolves with the message when the condition is so, and speaks of the spec as it is now. `what` is a status or a reason. */
  is(type: string, what: string, deadlineMs = DEADLINE_MS): Promise<string> {
    return eventually(`${type} is ${what}`, deadlineMs, async () => {
      const { metadata, status } = await this.object();
      const condition = status?.conditions?.find((one) => one.type === type);
      if (
        condition?.observedGeneration === metadata.generation &&
        [condition.status, condition.reason].includes(what)
      )
        return condition.message;
      throw new Error(JSON.stringify(condition));
    });
  }

  /** UID of the node's pod: another one says that it was replaced. Null: there is none. */
  async pod(): Promise<string | null> {
    return (await this.namespace.find(pods, `${NAME}-0`))?.metadata.uid ?? null;
  }

  /** Resolves when another pod than this one serves. */
  async replaced(pod: string | null): Promise<void> {
    await eventually('another pod', DEADLINE_MS, async () => {
      const now = await this.pod();
      return now !== null && now !== pod ? true : null;
    });
    await this.ready();
  }

  /** What was told of it, by reason; resolves when there is such an event. */
  told(reason: string): Promise<string> {
    return eventually(`the event ${reason}`, DEADLINE_MS, async () => {
      const all = await this.namespace.list<Event>(events);
      const ours = all.filter(({ regarding }) => regarding.kind === 'CartCluster');
      const found = ours.find((event) => event.reason === reason);
      if (found === undefined) throw new Error(ours.map((event) => event.reason).join(', '));
      return found.note;
    });
  }

  /** How often the article is in a cart after so many more of it were added, by a pod that asks the Service. */
  add(cart: string, quantity: number): Promise<number> {
    return this.#ask(cart, { method: 'POST', json: { sku: SKU, quantity, country: 'se' } });
  }

  quantity(cart: string): Promise<number> {
    return this.#ask(cart, {});
  }

  /** What one of the article costs in the cart. */
  async price(cart: string): Promise<number> {
    const { body } = await (await this.client()).fetch(`http://${NAME}/cart/byid/${cart}`);
    return (JSON.parse(body) as Cart).items[0]?.unitPrice ?? 0;
  }

  async client(): Promise<Client> {
    this.#client ??= await Client.start(this.namespace);
    return this.#client;
  }

  async #ask(cart: string, request: Parameters<Client['fetch']>[1]): Promise<number> {
    const client = await this.client();
    return eventually(`an answer about ${cart}`, DEADLINE_MS, async () => {
      const { status, body } = await client.fetch(`http://${NAME}/cart/byid/${cart}`, request);
      if (status !== 200) throw new Error(`${status} ${body}`);
      return (JSON.parse(body) as Cart).items.find(({ sku }) => sku === SKU)?.quantity ?? 0;
    });
  }
}

interface Cart {
  readonly items: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice?: number }[];
}

/** A catalog of one article. */
export function catalogOf(unitPrice: number): object {
  const catalog = {
    currencies: { se: 'SEK' },
    products: [{ sku: SKU, name: 'Loaf', prices: { se: { unitPrice, taxRate: 2500 } } }],
    deliveries: [],
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shop-catalog' },
    data: { 'catalog.json': JSON.stringify(catalog) },
  };
}
