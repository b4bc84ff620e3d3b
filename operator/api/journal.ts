import { z } from 'zod';
import { objectName } from './bounded.ts';
import { nanosOf, quantity } from './quantity.ts';
import { withRules } from './rules.ts';

/** The journal that is a file on a volume of the node's own. */
const embedded = withRules(
  z.object({
    storage: withRules(
      quantity(
        'Size of the volume. It may grow where the storage class allows it, never shrink. A thousand carts need about a megabyte.',
      ).default('1Gi'),
      {
        cel: 'quantity(string(self)).isGreaterThan(quantity("0"))',
        message: 'must be more than nothing',
        holds: (storage) => (nanosOf(storage) ?? 1n) > 0n,
      },
      {
        cel: 'quantity(string(self)).compareTo(quantity(string(oldSelf))) >= 0',
        message: 'a volume can grow, not shrink',
        holds: null,
      },
    ),
    storageClassName: objectName(
      'Class of the volume; the cluster’s default class where it is not given. It can’t be changed.',
    ).optional(),
    retain: z
      .boolean()
      .default(true)
      .describe(
        'Whether the volume outlives the CartCluster. A new CartCluster of the same name finds its carts again. False deletes them with it.',
      ),
  }),
  {
    cel: 'has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)',
    message: 'can’t be changed: a volume stays in its class',
    fieldPath: '.storageClassName',
    holds: null,
  },
).describe(
  'The node keeps its carts on a volume of its own. One node at most: a small shop’s durable carts with no database to run.',
);

/** Where acknowledged changes are kept. Later kinds join `embedded` as further members; exactly one is given. */
export const journal = z
  .object({ embedded })
  .describe('Where every acknowledged change is kept. Exactly one kind must be given.');
