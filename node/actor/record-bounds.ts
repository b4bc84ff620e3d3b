import { partsOf } from '../domain/parts.ts';
import type { Mutation } from '../domain/mutation.ts';

/** Mutations that one record may hold … */
const MUTATIONS_MAX = 64;
/** … and parts of them together, where there are several: who reads a record reads it whole. */
const PARTS_MAX = 512;

/** Takes what the next record holds out of a mailbox that is not empty: at least one. */
export function takeForRecord<T extends { readonly mutation: Mutation }>(mailbox: T[]): T[] {
  let count = 1;
  if (mailbox.length > 1) {
    let parts = 0;
    count = mailbox.findIndex(({ mutation }, index) => {
      parts += partsOf(mutation);
      return index > 0 && (index >= MUTATIONS_MAX || parts > PARTS_MAX);
    });
  }
  return mailbox.splice(0, count === -1 ? mailbox.length : count);
}
