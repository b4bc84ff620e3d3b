/** An image that Cartwright is delivered as. */
export interface Product {
  readonly name: string;
  /** The program; what it imports goes into the image. */
  readonly entry: string;
  /** What it reads besides, by paths in the repository. */
  readonly assets: readonly string[];
  readonly dockerfile: string;
  /** The variable that tells tests the image's whole name. */
  readonly variable: string;
}

export const products: readonly Product[] = [
  {
    name: 'cart-node',
    entry: 'node/main.ts',
    assets: [
      'LICENSE',
      'node/catalog/demo-catalog.json',
      'node/http/docs/index.html',
      'node/http/docs/page.css',
      'node/http/docs/page.js',
      'node/http/examples/live.html',
      'node/http/examples/live.js',
      'proto/messages.proto',
      'proto/cart_actor.proto',
      'proto/hipstershop.proto',
      'proto/oteldemo.proto',
      'proto/google_rpc.proto',
      'proto/health.proto',
    ],
    dockerfile: 'node/Dockerfile',
    variable: 'NODE_IMAGE',
  },
  {
    name: 'cartwright-operator',
    entry: 'operator/main.ts',
    assets: ['LICENSE'],
    dockerfile: 'operator/Dockerfile',
    variable: 'OPERATOR_IMAGE',
  },
];

/** Where releases are published, and so what the chart asks for. */
const REGISTRY = 'ghcr.io/cartwright-dev';

export function imageOf({ name }: Product, version: string): string {
  return `${REGISTRY}/${name}:${version}`;
}
