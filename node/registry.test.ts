import assert from 'node:assert/strict';
import { describeWire } from '../proto/compatibility.ts';
import { createRegistry } from './domain/mutations.ts';
import { schemas } from './domain/mutation.ts';
import { mutationRoutes } from './http/routes.ts';

/** Walks messages.proto: no mutation is left out anywhere on its way from the wire to the cart. */
describe('mutations of messages.proto', () => {
  const wire = describeWire();
  const mutations = Object.values(wire.messages['messages.Mutation'] ?? {}).map(
    ({ type }) => type.split(' ')[1]?.replace(/^.*\./, '') ?? '',
  );
  const handled = new Set<string>(createRegistry().types);
  const routed = new Set<string>(mutationRoutes.map(({ mutation }) => mutation));

  /** A wish: the catalog turns it into AddItem before it reaches a cart. */
  const wishes = new Set(['AddRequest']);
  /** Steps of a merge that only nodes make: nobody calls them. */
  const steps = new Set(['Merging', 'Merged', 'MergeRefused', 'MergeCanceled']);
  /** Sets prices or marks a cart as paid: never by HTTP. */
  const trusted = new Set([
    'AddItem',
    'InitializeCheckout',
    'CreateCheckoutOrder',
    'OrderCreated',
    'TakeOver',
    'TakenOver',
  ]);

  it('are all found', () => assert.ok(mutations.length >= 14));

  for (const mutation of mutations) {
    const applied = !wishes.has(mutation);
    it(`${mutation} ${applied ? 'has a handler' : 'has no handler of its own'}`, () =>
      assert.equal(handled.has(mutation), applied));
    it(`${mutation} has ${steps.has(mutation) ? 'no' : 'a'} call of CartActor`, () => {
      const call = wire.services['messages.CartActor']?.[mutation];
      if (steps.has(mutation)) {
        assert.equal(call, undefined);
        return;
      }
      assert.equal(call?.request, `${mutation}Call`);
      assert.equal(wire.messages[`messages.${mutation}Call`]?.['2']?.type, `TYPE_MESSAGE ${mutation}`);
    });
    const open = !trusted.has(mutation) && !steps.has(mutation);
    it(`${mutation} ${open ? 'has a route' : 'has no route'}`, () =>
      assert.equal(routed.has(mutation), open));
    if (applied && mutation !== 'Batch' && !steps.has(mutation))
      it(`${mutation} has a schema`, () => assert.ok(mutation in schemas));
  }
});
