import assert from 'node:assert/strict';
import { indexOf, manifestOf, wholeName } from './layout.ts';
import type { Blob } from './layout.ts';

describe('images laid out anew', () => {
  const blobs = new Map<string, Blob>([
    ['aa.json', { digest: 'sha256:aa', size: 1 }],
    ['b/layer.tar', { digest: 'sha256:bb', size: 2 }],
    ['c/layer.tar', { digest: 'sha256:cc', size: 3 }],
  ]);

  it('have their parts in order, by what is in them', () => {
    const image = { Config: 'aa.json', RepoTags: ['shop:1'], Layers: ['c/layer.tar', 'b/layer.tar'] };
    const { config, layers } = JSON.parse(manifestOf(image, blobs)) as { config: Blob; layers: Blob[] };
    assert.deepEqual([config.digest, config.size], ['sha256:aa', 1]);
    assert.deepEqual(
      layers.map(({ digest, size }) => [digest, size]),
      [
        ['sha256:cc', 3],
        ['sha256:bb', 2],
      ],
    );
    const lacking = { ...image, Layers: ['d/layer.tar'] };
    assert.throws(() => manifestOf(lacking, blobs), /the archive has no d\/layer\.tar/);
  });

  it('are in the index under each of their names', () => {
    const manifest = { digest: 'sha256:dd', size: 4 };
    const index = JSON.parse(indexOf([{ tags: ['shop:1', 'ghcr.io/x/shop:2'], manifest }])) as {
      manifests: (Blob & { annotations: Record<string, string> })[];
    };
    assert.deepEqual(
      index.manifests.map(({ digest, size, annotations }) => [digest, size, Object.values(annotations)[0]]),
      [
        ['sha256:dd', 4, 'docker.io/library/shop:1'],
        ['sha256:dd', 4, 'ghcr.io/x/shop:2'],
      ],
    );
  });

  it('go by the name that containerd knows them by', () => {
    assert.equal(wholeName('node:24'), 'docker.io/library/node:24');
    assert.equal(wholeName('prom/prometheus:v3'), 'docker.io/prom/prometheus:v3');
    assert.equal(wholeName('localhost/shop:1'), 'localhost/shop:1');
    assert.equal(wholeName('registry:5000/shop:1'), 'registry:5000/shop:1');
    assert.equal(wholeName('ghcr.io/x/shop:2'), 'ghcr.io/x/shop:2');
  });
});
