import assert from 'node:assert/strict';
import { isAtLeast, keyOf, refOf } from './object.ts';
import { Store } from './store.ts';
import type { KubeObject } from './object.ts';

const object = (name: string, resourceVersion: string, owner = '', uid = name): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', resourceVersion, uid, labels: { owner } },
});

describe('store', () => {
  let told: string[];
  let store: Store;

  beforeEach(() => {
    told = [];
    store = new Store({
      indexes: { owner: ({ metadata }) => [metadata.labels?.['owner'] ?? ''].filter(Boolean) },
    });
    store.subscribe(({ key, before, after }) => {
      told.push(
        `${key} ${before?.metadata.resourceVersion ?? '-'} ${after?.metadata.resourceVersion ?? '-'}`,
      );
    });
  });

  it('finds objects by key and by index, through every change', () => {
    store.replace(null, [object('a', '1', 'x'), object('b', '1', 'x'), object('c', '1')], '3');
    const names = (owner: string): string[] => store.by('owner', owner).map(({ metadata }) => metadata.name);
    assert.deepEqual(names('x'), ['a', 'b']);
    store.put(null, object('a', '4', 'y'));
    assert.deepEqual([names('x'), names('y')], [['b'], ['a']]);
    store.remove('default/b');
    assert.deepEqual(names('x'), []);
    assert.equal(store.get('default/a')?.metadata.resourceVersion, '4');
    assert.throws(() => store.by('color', 'red'), /no index color/);
  });

  it('tells of changes only', () => {
    store.replace(null, [object('a', '1')], '1');
    store.replace(null, [object('a', '1')], '2');
    store.put(null, object('a', '1'));
    store.remove('default/b');
    assert.deepEqual(told, ['default/a - 1']);
  });

  it('tells of an object that was made anew under its name as gone and as new', () => {
    store.replace(null, [object('a', '1', '', 'first')], '1');
    store.replace(null, [object('a', '5', '', 'second')], '5');
    assert.deepEqual(told, ['default/a - 1', 'default/a 1 -', 'default/a - 5']);
  });

  it('replaces nothing outside of a scope', () => {
    store.replace('default', [object('a', '1')], '1');
    store.replace('def', [], '2');
    assert.equal(store.size, 1);
    store.replace('default', [], '2');
    assert.equal(store.size, 0);
  });

  it('knows up to where it has seen, by scope', () => {
    assert.equal(store.hasSeen('1'), false);
    store.replace('one', [], '10');
    assert.deepEqual(
      [store.hasSeen('10', 'one'), store.hasSeen('11', 'one'), store.hasSeen('9', 'two')],
      [true, false, false],
    );
    store.advance(null, '9007199254740993');
    assert.deepEqual(
      [store.hasSeen('9007199254740993', 'two'), store.hasSeen('9007199254740994')],
      [true, false],
    );
    store.advance(null, 'not-a-number');
    assert.equal(store.hasSeen('5'), true);
  });

  it('keeps what it is told to keep', () => {
    const slim = new Store({
      transform: (full) => ({ ...full, metadata: { ...full.metadata, labels: {} } }),
    });
    slim.put(null, object('a', '1', 'x'));
    assert.deepEqual(slim.get('default/a')?.metadata.labels, {});
  });

  it('tells all listeners, also when one throws, and none that has left', () => {
    const errors: unknown[] = [];
    const keys: string[] = [];
    store = new Store({ listenerFailed: (error) => errors.push(error) });
    const leave = store.subscribe(() => {
      throw new Error('bad');
    });
    store.subscribe(({ key }) => keys.push(key));
    store.put(null, object('a', '1'));
    leave();
    store.put(null, object('a', '2'));
    assert.deepEqual([errors.length, keys.length], [1, 2]);
  });
});

describe('objects', () => {
  it('have keys that can be read back', () => {
    for (const ref of [{ namespace: 'a', name: 'b' }, { name: 'b' }])
      assert.deepEqual(refOf(keyOf(ref)), ref);
  });

  it('have versions that are compared as numbers of any length, or not at all', () => {
    assert.equal(isAtLeast('10', '9'), true);
    assert.equal(isAtLeast('99999999999999999999', '100000000000000000000'), false);
    assert.equal(isAtLeast('7', '7'), true);
    assert.equal(isAtLeast('', '7'), null);
    assert.equal(isAtLeast('a7', '7'), null);
  });
});
