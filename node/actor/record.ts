import { messageType } from '../../proto/load.ts';
import type { Cart, MergeDecision, MergingState } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

/**
 * What is stored of a cart: records of applied mutations, and snapshots. Protobuf, so that every later release can read it.
 *
 * A record says which schema it was written in. This release writes {@link SCHEMA_VERSION} and reads every one up to it; the golden
 * records under `golden/` keep that true.
 */
export const SCHEMA_VERSION = 1;

/** A mutation as it was applied, with the catalog's answers in it. */
export interface AppliedMutation {
  readonly mutation: Mutation;
  /** Present when the request had an id: see `remembered-requests.ts`. */
  readonly key?: Uint8Array;
  readonly fingerprint?: Uint8Array;
  /** The answer's HTTP status. */
  readonly status: number;
}

export interface JournalRecord {
  /** The version that the first mutation made. */
  readonly firstVersion: number;
  /** The owner's wall clock, ms; never falls from record to record. */
  readonly atMs: number;
  readonly applied: readonly AppliedMutation[];
}

export interface StoredRequest {
  readonly key: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly status: number;
  readonly version: number;
  readonly atMs: number;
}

export interface Snapshot {
  readonly state: Cart;
  readonly requests: readonly StoredRequest[];
  readonly atMs: number;
}

/** The bytes are not a record or snapshot that this release can read. */
export class RecordFormatError extends Error {
  override readonly name = 'RecordFormatError';
}

const recordType = messageType('messages.JournalRecord');
const recordHeadType = messageType('messages.JournalRecordHead');
const snapshotType = messageType('messages.SnapshotRecord');

export function encodeRecord(record: JournalRecord): Uint8Array {
  return recordType.serialize({
    schemaVersion: SCHEMA_VERSION,
    firstVersion: record.firstVersion,
    atMs: record.atMs,
    applied: record.applied.map((applied) => ({ ...applied, mutation: toWire(applied.mutation) })),
  });
}

/** Throws {@link RecordFormatError}. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const wire = decode(recordType.deserialize, bytes) as Omit<JournalRecord, 'applied'> & {
    applied: (Omit<AppliedMutation, 'mutation'> & { mutation: WireMutation })[];
  };
  return {
    firstVersion: wire.firstVersion,
    atMs: wire.atMs,
    applied: wire.applied.map((applied) => ({ ...applied, mutation: fromWire(applied.mutation) })),
  };
}

/** The version that a record's first mutation made, for a fraction of the cost of {@link decodeRecord}. Throws {@link RecordFormatError}. */
export function firstVersionOf(bytes: Uint8Array): number {
  return (decode(recordHeadType.deserialize, bytes) as Pick<JournalRecord, 'firstVersion'>).firstVersion;
}

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const { merging, mergeDecisions } = snapshot.state;
  return snapshotType.serialize({ schemaVersion: SCHEMA_VERSION, ...snapshot, merging, mergeDecisions });
}

/** Throws {@link RecordFormatError}. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const wire = decode(snapshotType.deserialize, bytes) as Snapshot & {
    readonly merging: MergingState | null;
    readonly mergeDecisions: readonly MergeDecision[];
  };
  const { state, merging, mergeDecisions, requests, atMs } = wire;
  if (merging === null && mergeDecisions.length === 0) return { state, requests, atMs };
  const merges = { ...(merging && { merging }), ...(mergeDecisions.length > 0 && { mergeDecisions }) };
  return { state: { ...state, ...merges }, requests, atMs };
}

function decode(deserialize: (bytes: Buffer) => object, bytes: Uint8Array): object {
  let wire: { schemaVersion?: number };
  try {
    wire = deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new RecordFormatError('the bytes are not a journal record', { cause });
  }
  const version = wire.schemaVersion ?? 0;
  if (version < 1 || version > SCHEMA_VERSION) {
    throw new RecordFormatError(
      `schema version ${version} is not between 1 and ${SCHEMA_VERSION}: written by a newer release?`,
    );
  }
  return wire;
}

/** `messages.Mutation`: one field, named like the message with a small first letter. */
export type WireMutation = Readonly<Record<string, unknown>>;

export function toWire({ type, message }: Mutation): WireMutation {
  const content = type === 'Batch' ? { mutations: message.mutations.map(toWire) } : message;
  return { [type.charAt(0).toLowerCase() + type.slice(1)]: content };
}

function fromWire(wire: WireMutation): Mutation {
  const entry = Object.entries(wire)[0];
  if (entry === undefined)
    throw new RecordFormatError('a mutation without content: written by a newer release?');
  const [field, content] = entry;
  const type = field.charAt(0).toUpperCase() + field.slice(1);
  const message =
    type === 'Batch'
      ? { mutations: (content as { mutations: WireMutation[] }).mutations.map(fromWire) }
      : content;
  // The schema names the field, and the field's message has exactly the type's shape.
  return { type, message } as Mutation;
}
