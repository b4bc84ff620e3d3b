import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { emptyCart } from '../domain/cart.ts';
import { createRegistry } from '../domain/mutations.ts';
import { decodeRecord, decodeSnapshot, encodeRecord, RecordFormatError, SCHEMA_VERSION } from './record.ts';
import type { Cart } from '../domain/cart.ts';

const golden = new URL('golden/', import.meta.url);

/** A cart's records as a release wrote them, in base64, and the cart that they make. */
interface Golden {
  readonly schemaVersion: number;
  readonly records: readonly string[];
  readonly snapshot: string;
  readonly cart: Cart;
}

describe('records of every schema version', () => {
  const files = readdirSync(golden);

  it('are kept for each version up to the present one', () => {
    const versions = new Set(files.map((file) => /^v(\d+)(-[a-z-]+)?\.json$/.exec(file)?.[1]));
    assert.deepEqual(
      [...versions].toSorted(),
      Array.from({ length: SCHEMA_VERSION }, (_, index) => `${index + 1}`),
    );
  });

  for (const file of files) {
    const { records, snapshot, cart } = JSON.parse(readFileSync(new URL(file, golden), 'utf8')) as Golden;

    it(`replay to the cart that they made (${file})`, () => {
      const registry = createRegistry();
      let replayed = emptyCart(cart.id);
      for (const bytes of records) {
        const record = decodeRecord(Buffer.from(bytes, 'base64'));
        assert.equal(record.firstVersion, replayed.version + 1);
        for (const { mutation } of record.applied) replayed = registry.apply(replayed, mutation);
      }
      assert.deepEqual(plain(replayed), cart);
    });

    it(`have a snapshot that is the cart (${file})`, () => {
      assert.deepEqual(plain(decodeSnapshot(Buffer.from(snapshot, 'base64')).state), cart);
    });
  }
});

describe('a record', () => {
  it('comes back with key and fingerprint', () => {
    const applied = {
      mutation: { type: 'Clear', message: {} },
      key: Buffer.alloc(16, 1),
      fingerprint: Buffer.alloc(8, 2),
      status: 200,
    } as const;
    const record = { firstVersion: 7, atMs: 1_790_000_000_000, applied: [applied] };
    assert.deepEqual(decodeRecord(encodeRecord(record)), record);
  });

  it('is refused when it is junk, or was written by a newer release', () => {
    assert.throws(() => decodeRecord(Buffer.from('junk')), RecordFormatError);
    const newer = Buffer.from(encodeRecord({ firstVersion: 1, atMs: 1, applied: [] }));
    assert.equal(newer[0], 8, 'the schema version is the first field');
    newer[1] = SCHEMA_VERSION + 1;
    assert.throws(() => decodeRecord(newer), /schema version 2/);
    assert.throws(() => decodeRecord(new Uint8Array()), RecordFormatError);
  });
});

/** As JSON has it, bytes in base64. */
function plain(cart: Cart): unknown {
  const text = JSON.stringify(cart, (name, value: unknown) => {
    return name === 'payloadHash' ? Buffer.from(value as Uint8Array).toString('base64') : value;
  });
  return JSON.parse(text);
}
