import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';

/** The databases of a store; a write names one by its place in this list. What they hold: `lmdb-layout.ts`. */
export const databaseNames = [
  'carts',
  'heads',
  'log',
  'snapshots',
  'expiry',
  'sessions',
  'leases',
  'meta',
] as const;

export type DatabaseName = (typeof databaseNames)[number];

/** Keys and values are bytes; the layout is ours alone. */
export type Bytes = Database<Buffer, Buffer>;

/** Records and what follows from them are only ever put and removed; everything else has entry versions, which conditions compare. */
const unversioned: readonly DatabaseName[] = ['log', 'snapshots', 'expiry'];

export interface Databases {
  readonly root: RootDatabase;
  readonly all: Readonly<Record<DatabaseName, Bytes>>;
}

/** Opens the store in this thread. `mapSizeBytes`: bound of the file. Throws what LMDB throws. */
export function openDatabases(path: string, mapSizeBytes: number): Databases {
  const root = open({
    path,
    // lmdb takes a path with a dot in its last part for a file, unless it is told that it is a folder.
    noSubdir: false,
    // With lmdb's default, true, a sharer that is killed can take acknowledged records of others with it.
    overlappingSync: false,
    mapSize: mapSizeBytes,
    maxDbs: databaseNames.length,
    noMemInit: true,
  });
  const entries = databaseNames.map((name): [DatabaseName, Bytes] => [
    name,
    root.openDB(name, {
      encoding: 'binary',
      keyEncoding: 'binary',
      useVersions: !unversioned.includes(name),
    }),
  ]);
  return { root, all: Object.fromEntries(entries) as Record<DatabaseName, Bytes> };
}
