import { databaseNames } from './lmdb-databases.ts';
import type { Bytes, DatabaseName, Databases } from './lmdb-databases.ts';

/** What must be so for a write to land: the entry has that version; null: there is none. */
export interface Condition {
  readonly in: DatabaseName;
  readonly key: Uint8Array;
  readonly version: number | null;
}

/** Puts a value, or removes it (null). */
export interface Change {
  readonly in: DatabaseName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  /** The entry's version, where the database has them. */
  readonly version?: number;
}

/** Changes that land together, if all conditions hold: compare-and-append. */
export interface ConditionalWrite {
  readonly when: readonly Condition[];
  readonly changes: readonly Change[];
}

/** For each write: 0 where it landed, else the place of the first condition that did not hold, counted from 1. */
export type Answers = Uint8Array;

const COUNTS_BYTES = 5;
const CONDITION_BYTES = 11;
const CHANGE_BYTES = 15;
const REMOVED = 0xffffffff;
const numberOf = new Map(databaseNames.map((name, number) => [name, number]));

/** As bytes that go from thread to thread without a copy. */
export function encodeWrites(writes: readonly ConditionalWrite[]): Uint8Array {
  const bytes = Buffer.from(new ArrayBuffer(sizeOf(writes)));
  let at = bytes.writeUInt32LE(writes.length, 0);
  for (const { when, changes } of writes) {
    at = bytes.writeUInt8(when.length, at);
    at = bytes.writeUInt32LE(changes.length, at);
    for (const condition of when) {
      at = putKey(bytes, at, condition);
      at = bytes.writeDoubleLE(condition.version ?? Number.NaN, at);
    }
    for (const change of changes) {
      at = putKey(bytes, at, change);
      at = bytes.writeDoubleLE(change.version ?? 0, at);
      at = bytes.writeUInt32LE(change.value?.length ?? REMOVED, at);
      if (change.value === null) continue;
      bytes.set(change.value, at);
      at += change.value.length;
    }
  }
  return bytes;
}

/** Judges and applies them one after the other, each on what the ones before it left behind: to be called within a transaction. */
export function applyWrites({ all }: Databases, encoded: Uint8Array): Answers {
  const databases = databaseNames.map((name) => all[name]);
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const answers = new Uint8Array(bytes.readUInt32LE(0));
  let at = 4;
  for (let index = 0; index < answers.length; index += 1) {
    const conditions = bytes.readUInt8(at);
    const changes = bytes.readUInt32LE(at + 1);
    at += COUNTS_BYTES;
    let failed = 0;
    for (let number = 1; number <= conditions; number += 1) {
      const key = keyAt(bytes, at);
      const version = bytes.readDoubleLE(at + 3 + key.length);
      if (failed === 0 && !holds(databases[bytes.readUInt8(at)] as Bytes, key, version)) failed = number;
      at += CONDITION_BYTES + key.length;
    }
    for (let number = 0; number < changes; number += 1) {
      const key = keyAt(bytes, at);
      const length = bytes.readUInt32LE(at + 11 + key.length);
      const end = at + CHANGE_BYTES + key.length;
      if (failed === 0) {
        const database = databases[bytes.readUInt8(at)] as Bytes;
        if (length === REMOVED) database.removeSync(key);
        else
          database.putSync(key, bytes.subarray(end, end + length), bytes.readDoubleLE(at + 3 + key.length));
      }
      at = length === REMOVED ? end : end + length;
    }
    answers[index] = failed;
  }
  return answers;
}

function holds(database: Bytes, key: Buffer, version: number): boolean {
  return Number.isNaN(version) ? !database.doesExist(key) : database.doesExist(key, version);
}

function putKey(bytes: Buffer, at: number, { in: name, key }: Condition | Change): number {
  bytes.writeUInt8(numberOf.get(name) as number, at);
  bytes.writeUInt16LE(key.length, at + 1);
  bytes.set(key, at + 3);
  return at + 3 + key.length;
}

function keyAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at + 3, at + 3 + bytes.readUInt16LE(at + 1));
}

function sizeOf(writes: readonly ConditionalWrite[]): number {
  let size = 4;
  for (const { when, changes } of writes) {
    size += COUNTS_BYTES;
    for (const { key } of when) size += CONDITION_BYTES + key.length;
    for (const { key, value } of changes) size += CHANGE_BYTES + key.length + (value?.length ?? 0);
  }
  return size;
}
