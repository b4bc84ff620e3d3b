import assert from 'node:assert/strict';
import { isMet, tableOf } from './figure.ts';
import type { Figure } from './figure.ts';

describe('bench table', () => {
  const ratio: Figure = { name: 'a ÷ b', value: 0.7, unit: '×', bound: { least: 0.65 }, aim: 0.8 };
  const cost: Figure = { name: 'cost', value: 16, unit: 'ms', bound: { most: 15 }, note: 'why' };
  const none: Figure = { name: 'none', value: null, unit: 'MiB', bound: { most: 1024 } };

  it('judges by the bound, in its direction', () => {
    assert.equal(isMet(ratio), true);
    assert.equal(isMet({ ...ratio, value: 0.6 }), false);
    assert.equal(isMet(cost), false);
    assert.equal(isMet({ ...cost, value: 15 }), true);
    assert.equal(isMet(none), null);
  });

  it('prints every figure with its bound, and the notes below', () => {
    const lines = tableOf([ratio, cost, none]).split('\n');
    assert.match(lines[2] ?? '', /^a ÷ b +0\.70 × +≥ 0\.65 × +≥ 0\.80 +yes$/);
    assert.match(lines[3] ?? '', /^cost +16 ms +≤ 15 ms +NO$/);
    assert.match(lines[4] ?? '', /^none +not measured +≤ 1024 MiB$/);
    assert.equal(lines.at(-1), '  cost: why');
  });
});
