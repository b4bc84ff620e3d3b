import assert from 'node:assert/strict';
import { describeFields, lostFields, ownFields } from './fields.ts';
import type { FieldsV1, KubeObject, ManagedFields } from '../kube/object.ts';

function objectOwnedBy(...entries: readonly ManagedFields[]): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', managedFields: entries } };
}

const ours = (fieldsV1: FieldsV1): ManagedFields => ({
  manager: 'cartwright-operator',
  operation: 'Apply',
  fieldsV1,
});

describe('the fields that are ours', () => {
  it('are those that the API server has us down for as appliers, in readable words', () => {
    const object = objectOwnedBy(
      ours({
        'f:spec': {
          'f:type': {},
          'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } },
        },
        'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} }, 'f:finalizers': { 'v:"a"': {} } },
      }),
      { manager: 'cartwright-operator', operation: 'Update', fieldsV1: { 'f:data': {} } },
      {
        manager: 'cartwright-operator',
        operation: 'Apply',
        subresource: 'status',
        fieldsV1: { 'f:status': {} },
      },
      { manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:other': {} } } },
    );
    assert.deepEqual(
      [...ownFields(object)],
      [
        '.spec.type',
        '.spec.ports',
        '.spec.ports[port=80,protocol=TCP]',
        '.spec.ports[port=80,protocol=TCP].name',
        '.metadata.labels["app.kubernetes.io/name"]',
        '.metadata.finalizers["a"]',
      ],
    );
  });

  it('don’t include how many nodes there are: that is never put back', () => {
    assert.deepEqual([...ownFields(objectOwnedBy(ours({ 'f:spec': { 'f:replicas': {} } })))], []);
  });

  it('are lost when they are no longer there', () => {
    assert.deepEqual(lostFields(new Set(['.a', '.b']), new Set(['.b', '.c'])), ['.a']);
  });

  it('are named by the outermost place, and only a few', () => {
    assert.equal(
      describeFields(['.spec.ports[port=80]', '.spec.ports[port=80].name', '.spec.portsOfCall']),
      '.spec.ports[port=80], .spec.portsOfCall',
    );
    assert.equal(describeFields(['.a', '.b', '.c', '.d', '.e', '.f', '.g']), '.a, .b, .c, .d, .e and 2 more');
  });
});
