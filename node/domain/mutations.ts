import { registerCheckoutMutations } from './checkout.ts';
import { registerDeliveryMutations } from './deliveries.ts';
import { registerLineMutations } from './lines.ts';
import { registerMergeMutations } from './merge.ts';
import { MutationRegistry } from './registry.ts';
import { Rejection } from './rejection.ts';
import { registerSuccessionMutations } from './succession.ts';

/** The registry with every mutation of a cart. */
export function createRegistry(): MutationRegistry {
  const registry = new MutationRegistry();
  registerLineMutations(registry);
  registerDeliveryMutations(registry);
  registerCheckoutMutations(registry);
  registerSuccessionMutations(registry);
  registerMergeMutations(registry);
  registerBatch(registry);
  return registry;
}

/** All or nothing: the draft is only kept when every part was applied. */
function registerBatch(registry: MutationRegistry): void {
  registry.register({
    type: 'Batch',
    totals: false,
    handler: (cart, { mutations }) => {
      mutations.forEach((mutation, index) => {
        try {
          registry.run(cart, mutation);
        } catch (error) {
          throw error instanceof Rejection ? error.within(`mutations[${index}]`) : error;
        }
      });
    },
  });
}
