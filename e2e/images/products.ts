import { existsSync } from 'node:fs';
import { join } from 'node:path';

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

const all: readonly Product[] = [
  {
    name: 'cart-node',
    entry: 'node/main.ts',
    assets: [
      'LICENSE',
      'node/catalog/demo-catalog.json',
      'proto/messages.proto',
      'proto/cart_actor.proto',
      'proto/control_plane.proto',
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

/** Those whose program is there. */
export function productsOf(root: string): readonly Product[] {
  return all.filter(({ entry }) => existsSync(join(root, entry)));
}

/** Where releases are published, and so what the chart asks for. */
const REGISTRY = 'ghcr.io/cartwright-dev';

export function imageOf({ name }: Product, version: string): string {
  return `${REGISTRY}/${name}:${version}`;
}
