/** The parts of package.json and package-lock.json that are used here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly overrides?: object;
}

interface Entry {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly dev?: boolean;
}

export interface Lock {
  readonly lockfileVersion: number;
  /** By path: '' is the project, `node_modules/a/node_modules/b` a package. */
  readonly packages: Readonly<Record<string, Entry>>;
}

/** package.json and package-lock.json of a project that has just these packages of the whole one, in the same versions. */
export function narrowed(
  manifest: Manifest,
  lock: Lock,
  name: string,
  packages: readonly string[],
): { readonly manifest: object; readonly lock: object } {
  const dependencies = Object.fromEntries(
    packages.map((one) => {
      const range = manifest.dependencies[one];
      if (range === undefined)
        throw new Error(`${one} is imported, and package.json has it not among its dependencies`);
      return [one, range];
    }),
  );
  const { version, license, overrides } = manifest;
  const project = { name, version, license, dependencies };
  const entries: Record<string, Entry | object> = { '': project };
  const open = packages.map((one) => placeOf(lock, '', one) ?? '');
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place in entries) continue;
    const entry = lock.packages[place];
    if (entry === undefined) throw new Error(`package-lock.json has no ${place}`);
    entries[place] = entry;
    for (const needed of Object.keys({ ...entry.dependencies, ...requiredPeers(entry) })) {
      const found = placeOf(lock, place, needed);
      if (found === null) throw new Error(`package-lock.json lacks ${needed}, which ${place} needs`);
      open.push(found);
    }
    for (const wanted of Object.keys(entry.optionalDependencies ?? {})) {
      const found = placeOf(lock, place, wanted);
      if (found !== null) open.push(found);
    }
  }
  const sorted = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    manifest: { ...project, private: true, type: 'module', overrides },
    lock: { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages: sorted },
  };
}

function requiredPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: Entry): Record<string, string> {
  return Object.fromEntries(
    Object.entries(peerDependencies).filter(([peer]) => peerDependenciesMeta[peer]?.optional !== true),
  );
}

/** Where Node would find a package from another one's place: there, or in a folder further up. */
function placeOf(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in lock.packages) return place;
    if (folder === '') return null;
  }
}
