import assert from 'node:assert/strict';
import { OverloadGate } from './overload.ts';

describe('overload gate', () => {
  function after(gate: OverloadGate, samples: number, lagMs: number): number {
    for (let sample = 0; sample < samples; sample += 1) gate.sample(lagMs);
    return Math.round(gate.share * 100) / 100;
  }

  it('lets everything pass while the loop keeps up', () => {
    const gate = new OverloadGate({ lagLimitMs: 100 });
    assert.equal(after(gate, 100, 99), 0);
    assert.equal(
      gate.admit(() => 0),
      null,
    );
  });

  it('refuses a growing share while the loop is late, never all, and says when to come back', () => {
    const gate = new OverloadGate({ lagLimitMs: 100 });
    assert.equal(after(gate, 3, 101), 0.3);
    assert.deepEqual(
      gate.admit(() => 0.29),
      { retryAfterMs: 1000 },
    );
    assert.equal(
      gate.admit(() => 0.31),
      null,
    );
    assert.equal(after(gate, 100, 500), 0.95);
  });

  it('stays where the loop just keeps up, and opens again below half of the limit', () => {
    const gate = new OverloadGate({ lagLimitMs: 100 });
    after(gate, 4, 200);
    assert.equal(after(gate, 10, 60), 0.4);
    assert.equal(after(gate, 2, 49), 0.3);
    assert.equal(after(gate, 100, 0), 0);
  });

  it('never refuses when it is switched off', () => {
    const gate = new OverloadGate({ lagLimitMs: 0 });
    assert.equal(after(gate, 100, 10_000), 0);
  });
});
