import assert from 'node:assert/strict';
import { checkHistory, countOf } from './history-checker.ts';
import type { Entry, FindingKind, Sent } from './history-checker.ts';

const acknowledged = (signature: string, version: number, key?: string): Sent => ({
  signature,
  version,
  outcome: 'acknowledged',
  ...(key === undefined ? {} : { key }),
});
const entry = (version: number, signature: string, key?: string): Entry => ({
  version,
  signature,
  ...(key === undefined ? {} : { key }),
});

describe('history checker', () => {
  const sent: Sent[] = [
    acknowledged('add A 1', 1),
    acknowledged('add A 1', 3, 'k1'),
    { signature: 'add B 1', outcome: 'unknown' },
    { signature: 'add C 1', outcome: 'refused' },
    { signature: 'add A 1', outcome: 'acknowledged', key: 'k2' },
  ];
  const history = [
    entry(1, 'add A 1'),
    entry(2, 'add B 1'),
    entry(3, 'add A 1', 'k1'),
    entry(4, 'add A 1', 'k2'),
  ];

  const finds = (kind: FindingKind, changedSent: Sent[], changedHistory: Entry[]): void => {
    const findings = checkHistory(changedSent, changedHistory);
    assert.ok(countOf(findings, kind) > 0, `no ${kind} in ${JSON.stringify(findings)}`);
  };

  it('finds nothing where every promise was kept', () => {
    assert.deepEqual(checkHistory(sent, history), []);
  });

  it('lets a request of unknown outcome be missing', () => {
    const without = [entry(1, 'add A 1'), entry(2, 'add A 1', 'k1'), entry(3, 'add A 1', 'k2')];
    const told = sent.map((one) => (one.key === 'k1' ? acknowledged('add A 1', 2, 'k1') : one));
    assert.deepEqual(checkHistory(told, without), []);
  });

  it('finds an acknowledged mutation at the end that is not there', () => {
    finds('lost', [...sent, acknowledged('add A 1', 5)], history);
  });

  it('finds an acknowledged mutation whose version holds another one', () => {
    finds('lost', [acknowledged('add A 1', 1)], [entry(1, 'add B 1')]);
    finds('lost', [acknowledged('add A 1', 1, 'k1')], [entry(1, 'add A 1', 'k9')]);
  });

  it('finds one version acknowledged to two requests', () => {
    const findings = checkHistory(
      [acknowledged('add A 1', 1), acknowledged('add A 1', 1)],
      [entry(1, 'add A 1')],
    );
    assert.ok(findings.some(({ kind, text }) => kind === 'lost' && text.includes('two requests')));
  });

  it('finds a keyed request that was acknowledged by a replay and is not there', () => {
    finds('lost', sent, history.slice(0, 3));
  });

  it('finds a keyed request that was applied twice', () => {
    finds('doubled', sent, [...history, entry(5, 'add A 1', 'k1')]);
  });

  it('finds an unknown keyed request that was applied twice', () => {
    const unknown: Sent[] = [{ signature: 'add A 1', outcome: 'unknown', key: 'k' }];
    finds('doubled', unknown, [entry(1, 'add A 1', 'k'), entry(2, 'add A 1', 'k')]);
  });

  it('finds an unkeyed request that was applied twice', () => {
    finds('doubled', sent, [...history, entry(5, 'add A 1')]);
    finds('doubled', sent, [...history, entry(5, 'add B 1')]);
  });

  it('finds a refused request that was applied', () => {
    finds('foreign', sent, [...history, entry(5, 'add C 1')]);
    finds('foreign', [{ signature: 'x', outcome: 'refused', key: 'k' }], [entry(1, 'x', 'k')]);
  });

  it('finds a key that nobody sent', () => {
    finds('foreign', sent, [...history, entry(5, 'add A 1', 'k7')]);
  });

  it('finds a missing, a repeated and a late first version', () => {
    finds('gap', [], [entry(1, 'x'), entry(3, 'x')]);
    finds('gap', [], [entry(1, 'x'), entry(1, 'x')]);
    finds('gap', [], [entry(2, 'x')]);
  });
});
