import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabases } from './lmdb-databases.ts';
import { numberKey, textKey } from './lmdb-layout.ts';
import { applyWrites, encodeWrites } from './lmdb-writes.ts';
import type { Databases } from './lmdb-databases.ts';
import type { Change, Condition, ConditionalWrite } from './lmdb-writes.ts';

describe('conditional writes', () => {
  let path: string;
  let databases: Databases;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'cartwright-writes-'));
    databases = openDatabases(path, 1 << 28);
  });

  afterEach(async () => {
    await databases.root.close();
    rmSync(path, { recursive: true });
  });

  function apply(...writes: ConditionalWrite[]): number[] {
    return [...databases.root.transactionSync(() => applyWrites(databases, encodeWrites(writes)))];
  }

  const is = (key: string, version: number | null): Condition => ({
    in: 'carts',
    key: textKey(key),
    version,
  });
  const put = (key: string, version: number, value = ''): Change => {
    return { in: 'carts', key: textKey(key), value: Buffer.from(value), version };
  };
  const remove = (key: string): Change => ({ in: 'carts', key: textKey(key), value: null });
  const stored = (key: string): [string, number | undefined] | null => {
    const entry = databases.all.carts.getEntry(textKey(key));
    return entry === undefined ? null : [entry.value.toString(), entry.version];
  };

  it('land where every condition holds, each on what the ones before it left behind', () => {
    assert.deepEqual(
      apply(
        { when: [is('a', null)], changes: [put('a', 1, 'first')] },
        { when: [is('a', 1), is('b', null)], changes: [put('a', 2, 'second'), put('b', 2 ** 52 + 1)] },
        { when: [], changes: [put('c', 1)] },
        { when: [is('c', 1)], changes: [remove('c'), remove('never there')] },
      ),
      [0, 0, 0, 0],
    );
    assert.deepEqual([stored('a'), stored('b'), stored('c')], [['second', 2], ['', 2 ** 52 + 1], null]);
  });

  it('change nothing where one does not, and name the first', () => {
    apply({ when: [], changes: [put('a', 1)] });
    const changes = [put('a', 9), remove('a'), put('d', 9)];
    assert.deepEqual(
      apply(
        { when: [is('a', null)], changes },
        { when: [is('a', 2), is('a', 3)], changes },
        { when: [is('a', 1), is('b', 1)], changes },
        { when: [is('a', 1)], changes: [put('a', 2)] },
      ),
      [1, 1, 2, 0],
    );
    assert.deepEqual([stored('a'), stored('d')], [['', 2], null]);
  });

  it('carry keys and values of every length', () => {
    const lengths = [0, 1, 3, 4096, 70_000];
    const writes = lengths.map((length, at): ConditionalWrite => {
      const key = numberKey(2 ** 40 + at);
      return { when: [], changes: [{ in: 'log', key, value: Buffer.alloc(length, at) }] };
    });
    apply(...writes);
    const found = lengths.map((_, at) => databases.all.log.get(numberKey(2 ** 40 + at)));
    assert.deepEqual(
      found,
      lengths.map((length, at) => Buffer.alloc(length, at)),
    );
  });
});
