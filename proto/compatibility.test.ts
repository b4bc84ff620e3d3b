import assert from 'node:assert/strict';
import { readBaseline } from './baseline.ts';
import { breakingChanges, describeWire } from './compatibility.ts';
import type { FieldDescription, MethodDescription } from './compatibility.ts';

describe('wire format', () => {
  it('keeps every promise of the committed baseline', () => {
    assert.deepEqual(breakingChanges(readBaseline(), describeWire()), []);
  });

  it('has nothing that the baseline does not know: make proto-baseline', () => {
    assert.deepEqual(describeWire(), readBaseline());
  });

  it('is described as it is: what is optional, and what is in a oneof', () => {
    const { messages } = describeWire();
    const seen = (message: string, number: string): unknown[] => {
      const { name, label, oneof } = messages[`messages.${message}`]?.[number] ?? {};
      return [name, label, oneof];
    };
    assert.deepEqual(seen('PickupPoint', '1'), ['id', 'LABEL_OPTIONAL', '']);
    assert.deepEqual(seen('PickupPoint', '2'), ['name', 'LABEL_PROTO3_OPTIONAL', '']);
    assert.deepEqual(seen('CartState', '5'), ['lines', 'LABEL_REPEATED', '']);
    assert.deepEqual(seen('Mutation', '2'), ['addItem', 'LABEL_OPTIONAL', 'kind']);
  });

  const line = 'messages.Line';
  const mistakes: Readonly<Record<string, (wire: Mutable) => void>> = {
    'a field that is gone': ({ messages }) => Reflect.deleteProperty(messages[line] ?? {}, '1'),
    'another type': ({ messages }) => Object.assign(messages[line]?.['1'] ?? {}, { type: 'TYPE_STRING' }),
    'another label': ({ messages }) =>
      Object.assign(messages[line]?.['3'] ?? {}, { label: 'LABEL_REPEATED' }),
    'a field that is no longer optional': ({ messages }) =>
      Object.assign(messages['messages.Product']?.['8'] ?? {}, { label: 'LABEL_OPTIONAL' }),
    'a number used for something else': ({ messages }) =>
      Object.assign(messages[line]?.['3'] ?? {}, { name: 'pieces' }),
    'a message that is gone': ({ messages }) => Reflect.deleteProperty(messages, line),
    'a field that left its oneof': ({ messages }) =>
      Object.assign(messages['messages.Mutation']?.['2'] ?? {}, { oneof: '' }),
    'an enum value that is gone': ({ enums }) =>
      Reflect.deleteProperty(enums['messages.CheckoutStatus'] ?? {}, 'CHECKOUT_OPEN'),
    'an enum value with another number': ({ enums }) =>
      Object.assign(enums['messages.CheckoutStatus'] ?? {}, { CHECKOUT_OPEN: 9 }),
    'a call that is gone': ({ services }) =>
      Reflect.deleteProperty(services['messages.CartActor'] ?? {}, 'GetState'),
    'a call with another request': ({ services }) =>
      Object.assign(services['messages.CartActor']?.['GetState'] ?? {}, { request: 'WatchCall' }),
  };

  for (const [mistake, make] of Object.entries(mistakes)) {
    it(`refuses ${mistake}`, () => {
      const wire: Mutable = structuredClone<Mutable>(describeWire());
      make(wire);
      assert.ok(breakingChanges(describeWire(), wire).length > 0);
    });
  }

  it('allows what is new', () => {
    const wire: Mutable = structuredClone<Mutable>(describeWire());
    const added = { name: 'note', type: 'TYPE_STRING', label: 'LABEL_OPTIONAL', oneof: '' };
    Object.assign(wire.messages[line] ?? {}, { '99': added });
    assert.deepEqual(breakingChanges(describeWire(), wire), []);
  });
});

/** The same, to be spoilt. */
interface Mutable {
  readonly messages: Record<string, Record<string, FieldDescription>>;
  readonly enums: Record<string, Record<string, number>>;
  readonly services: Record<string, Record<string, MethodDescription>>;
}
