import { hash, timingSafeEqual } from 'node:crypto';
import { problem } from './problems.ts';
import type { Metadata } from '@grpc/grpc-js';
import type { Mutation } from '../domain/mutation.ts';

/**
 * What everybody may do who has the cart's id, as over HTTP. Everything else sets prices, or says that a cart is being paid or was: whoever may do that can give goods away. A mutation
 * that is not on this list needs trust, so that a new one is not open by mistake.
 */
const open: ReadonlySet<string> = new Set([
  'AddRequest',
  'SetCartRequest',
  'RemoveItem',
  'ChangeQuantity',
  'SetDelivery',
  'SetPickupPoint',
  'RemoveDelivery',
  'Clear',
  'Merge',
]);

export function needsTrust(mutation: Mutation): boolean {
  return mutation.type === 'Batch' ? mutation.message.mutations.some(needsTrust) : !open.has(mutation.type);
}

/** The caller, as far as it matters here. */
export interface Caller {
  /** `address:port`, as gRPC has it. */
  readonly peer: string;
  readonly metadata: Metadata;
}

/**
 * Who may do what outsiders may not: who knows the cluster token (`Authorization: Bearer …`). Without a token configured nobody can know it, and only this machine is believed.
 *
 * Only the two addresses that everybody calls loopback count: proxies beside the node (service meshes) pass strangers' calls on from other addresses of 127.0.0.0/8.
 */
export class Trust {
  readonly #digest: Buffer | null;

  constructor(token: string) {
    this.#digest = token === '' ? null : digest(token);
  }

  /** Throws `not-trusted`, `cluster-token-missing` or `cluster-token-wrong`. */
  check({ peer, metadata }: Caller): void {
    if (this.#digest === null) {
      if (isLoopback(peer)) return;
      throw problem(
        'not-trusted',
        'this call is for the cluster’s own services; this node has no CLUSTER_TOKEN, so it takes it from its own machine only',
      );
    }
    const [header = ''] = metadata.get('authorization');
    const [, given] = /^bearer +([\x21-\x7e]+) *$/i.exec(header.toString()) ?? [];
    if (given === undefined)
      throw problem('cluster-token-missing', 'this call needs Authorization: Bearer with the cluster token');
    // Digests have one length, and comparing them takes the same time wherever they differ.
    if (!timingSafeEqual(digest(given), this.#digest))
      throw problem('cluster-token-wrong', 'this is not the cluster token');
  }
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function isLoopback(peer: string): boolean {
  const address = peer.slice(0, peer.lastIndexOf(':'));
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
}
