import assert from 'node:assert/strict';
import { cartCluster } from './cart-cluster.ts';
import { badCartClusters } from './testing/bad-cart-clusters.ts';
import { goodCartClusters, minimalSpecWithDefaults } from './testing/good-cart-clusters.ts';
import { manifest } from './testing/cart-clusters.ts';

/** `spec.env[0].name`, as the API server writes it. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

/** What merging by keys means, zod does not know. */
const BY_KEYS = /\btwice$/;

describe('a CartCluster', () => {
  for (const { title, object, field, says, changeOf } of badCartClusters) {
    if (changeOf !== undefined || BY_KEYS.test(title)) continue;
    it(`is refused with ${title}, and the field is named`, () => {
      const { error } = cartCluster.safeParse(structuredClone(object));
      assert.ok(error, 'it was accepted');
      const fields = error.issues.map(({ path }) => fieldOf(path));
      assert.ok(fields.includes(field), `${fields.join(', ')} and not ${field}`);
      if (says !== undefined) assert.match(error.message, says);
    });
  }

  for (const { changeOf } of badCartClusters) {
    if (changeOf === undefined) continue;
    it(`may be ${JSON.stringify(changeOf.spec)} before it is changed for the worse`, () => {
      cartCluster.parse(changeOf);
    });
  }

  for (const { title, object } of goodCartClusters) {
    it(`is accepted with ${title}`, () => {
      cartCluster.parse(structuredClone(object));
    });
  }

  it('has every default filled in', () => {
    assert.deepEqual(cartCluster.parse(manifest()).spec, minimalSpecWithDefaults);
  });

  it('loses fields that a later version has added, and is not refused for them', () => {
    const { spec } = cartCluster.parse(manifest({ later: { than: 'this' } }));
    assert.deepEqual(spec, minimalSpecWithDefaults);
  });

  it('is refused in more than fifty ways', () => {
    assert.ok(badCartClusters.length > 50);
  });
});
