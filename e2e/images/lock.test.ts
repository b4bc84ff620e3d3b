import assert from 'node:assert/strict';
import { narrowed } from './lock.ts';
import type { Lock, Manifest } from './lock.ts';

describe('a narrowed lock file', () => {
  const manifest: Manifest = {
    name: 'whole',
    version: '1.2.3',
    license: 'Apache-2.0',
    dependencies: { web: '^1.0.0', store: '^2.0.0' },
  };
  const lock: Lock = {
    lockfileVersion: 3,
    packages: {
      '': {},
      'node_modules/web': {
        dependencies: { shared: '^1.0.0' },
        peerDependencies: { peer: '1', spare: '1' },
        peerDependenciesMeta: { spare: { optional: true } },
      },
      'node_modules/web/node_modules/shared': { dependencies: { leaf: '1' } },
      'node_modules/shared': {},
      'node_modules/leaf': { dependencies: { web: '1' } },
      'node_modules/peer': {},
      'node_modules/spare': {},
      'node_modules/store': { optionalDependencies: { native: '1', elsewhere: '1' } },
      'node_modules/native': {},
      'node_modules/tester': { dev: true },
    },
  };

  function placesOf(...packages: readonly string[]): readonly string[] {
    return Object.keys((narrowed(manifest, lock, 'part', packages).lock as Lock).packages);
  }

  it('has what a package needs, from where Node would take it', () => {
    assert.deepEqual(placesOf('web'), [
      '',
      'node_modules/leaf',
      'node_modules/peer',
      'node_modules/web',
      'node_modules/web/node_modules/shared',
    ]);
  });

  it('has optional parts as far as they are known', () => {
    assert.deepEqual(placesOf('store'), ['', 'node_modules/native', 'node_modules/store']);
  });

  it('belongs to a project with just these dependencies', () => {
    const part = narrowed(manifest, lock, 'part', ['web']).manifest as Manifest;
    assert.equal(part.name, 'part');
    assert.equal(part.version, '1.2.3');
    assert.deepEqual(part.dependencies, { web: '^1.0.0' });
  });

  it('is refused for a package that is no dependency of production', () => {
    assert.throws(
      () => narrowed(manifest, lock, 'part', ['tester']),
      /tester is imported, and package\.json has it not/,
    );
  });
});
