import assert from 'node:assert/strict';
import { cniConfiguration, routesToOthers } from './network.ts';
import { FOLDER, PROVISIONER, volumesToMake, volumesToRemove } from './volumes.ts';
import type { Machine } from './network.ts';
import type { Claim, StorageClass, Volume } from './volumes.ts';

describe('the agent on a cluster’s machines', () => {
  function machine(name: string, range?: string, address?: string): Machine {
    const addresses = address === undefined ? [] : [{ type: 'InternalIP', address }];
    return {
      metadata: { name },
      spec: range === undefined ? {} : { podCIDR: range },
      status: { addresses: [{ type: 'Hostname', address: name }, ...addresses] },
    };
  }

  it('routes to the pods of every other machine that has a range and an address', () => {
    const machines = [
      machine('a', '10.244.0.0/24', '172.18.0.2'),
      machine('b', '10.244.1.0/24', '172.18.0.3'),
      machine('c', undefined, '172.18.0.4'),
      machine('d', '10.244.3.0/24'),
    ];
    assert.deepEqual(routesToOthers(machines, 'a'), [{ range: '10.244.1.0/24', via: '172.18.0.3' }]);
  });

  it('gives pods addresses of its own range', () => {
    const { plugins } = JSON.parse(cniConfiguration('10.244.1.0/24')) as {
      plugins: { type: string; ipam?: { ranges: unknown } }[];
    };
    assert.deepEqual(
      plugins.map(({ type }) => type),
      ['ptp', 'portmap'],
    );
    assert.deepEqual(plugins[0]?.ipam?.ranges, [[{ subnet: '10.244.1.0/24' }]]);
  });

  const classes: readonly StorageClass[] = [
    { metadata: { name: 'standard' }, provisioner: PROVISIONER },
    { metadata: { name: 'kept' }, provisioner: PROVISIONER, reclaimPolicy: 'Retain' },
    { metadata: { name: 'foreign' }, provisioner: 'somebody.else' },
  ];

  function claim(storageClassName: string, machineName: string | null, phase = 'Pending'): Claim {
    const annotations = machineName === null ? {} : { 'volume.kubernetes.io/selected-node': machineName };
    return {
      metadata: { name: 'data-shop-0', namespace: 'shops', uid: 'u1', annotations },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        resources: { requests: { storage: '1Gi' } },
      },
      status: { phase },
    };
  }

  it('makes a volume for a claim that waits and whose pod was put here, and for no other', () => {
    const [volume, ...more] = volumesToMake([claim('standard', 'a')], classes, 'a');
    assert.equal(more.length, 0);
    assert.equal(volume?.metadata.name, 'pvc-u1');
    assert.equal(volume.spec.local.path, `${FOLDER}/pvc-u1`);
    assert.equal(volume.spec.persistentVolumeReclaimPolicy, 'Delete');
    const others = [
      claim('standard', 'b'),
      claim('standard', null),
      claim('standard', 'a', 'Bound'),
      claim('foreign', 'a'),
      claim('unknown', 'a'),
    ];
    assert.deepEqual(volumesToMake(others, classes, 'a'), []);
  });

  it('removes its own volumes that were given up, unless they shall be kept', () => {
    const made = [...volumesToMake([claim('standard', 'a'), claim('kept', 'a')], classes, 'a')] as Volume[];
    const inPhase = (phase: string): readonly Volume[] => made.map((one) => ({ ...one, status: { phase } }));
    assert.deepEqual(
      volumesToRemove(inPhase('Released'), 'a').map(({ spec }) => spec.persistentVolumeReclaimPolicy),
      ['Delete'],
    );
    assert.deepEqual(volumesToRemove(inPhase('Released'), 'b'), []);
    assert.deepEqual(volumesToRemove(inPhase('Bound'), 'a'), []);
    const foreign = inPhase('Released').map((one) => ({ ...one, metadata: { name: 'x' } }));
    assert.deepEqual(volumesToRemove(foreign, 'a'), []);
  });
});
