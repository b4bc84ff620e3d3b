import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSame, mergePatch } from './merge-patch.ts';
import { patched } from './testing/write-operations.ts';

const json = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom('x', 'y', true),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { noNullPrototype: true }),
    ),
  })).value,
  { noNullPrototype: true },
);

describe('merge patch', () => {
  it('makes the one of the other, and is none where they are alike', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const patch = mergePatch(from, to);
        assert.deepEqual(patched(from, patch ?? {}), to);
        assert.equal(patch === null, isSame(from, to));
        assert.equal(mergePatch(to, structuredClone(to)), null);
      }),
      { numRuns: 1000 },
    );
  });

  it('says no more than what is different', () => {
    assert.deepEqual(
      mergePatch({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: 1, b: { c: 1, d: 3 }, e: [1, 2] }),
      {
        b: { d: 3 },
        e: [1, 2],
      },
    );
    assert.deepEqual(mergePatch({ a: 1, b: 2 }, { b: 2, c: undefined }), { a: null });
    assert.equal(mergePatch({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }), null);
  });
});
