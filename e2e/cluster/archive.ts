import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { indexOf, manifestOf } from './layout.ts';
import type { Shell } from '../process/shell.ts';
import type { Blob, SavedImage } from './layout.ts';

const LOOK_DEADLINE_MS = 20_000;
const SAVE_DEADLINE_MS = 5 * 60_000;
const SAVE = 'folder=$1; shift; docker save "$@" | tar --extract --directory="$folder"';

/**
 * Images as files, which the machines of all clusters read: an engine needs seconds of a core to hand out half a gigabyte, and as much again to carry it to each machine. They are laid out as
 * OCI has it, each part under its digest, so that a machine can leave out what it has.
 */
export class Archive {
  /** Machines have it mounted, so it stays the same one as long as there are any. */
  readonly #folder: string;
  readonly #shell: Shell;

  constructor(folder: string, shell: Shell) {
    this.#folder = folder;
    this.#shell = shell;
  }

  /** Saves those images that this engine has, unless they are what was saved before. Resolves with their place in the folder; null: it has none of them. */
  async save(images: readonly string[]): Promise<string | null> {
    const found = new Map<string, string>();
    for (const image of images) {
      const id = await this.#idOf(image);
      if (id !== null) found.set(image, id);
    }
    if (found.size === 0) return null;
    // By what they are: one that was built anew goes by the name of the former.
    const place = sha256(JSON.stringify([...found])).slice(0, 12);
    if (existsSync(join(this.#folder, place))) return place;
    const [saved, fresh] = [join(this.#folder, 'saved'), join(this.#folder, 'fresh')];
    for (const former of existsSync(this.#folder) ? readdirSync(this.#folder) : [])
      rmSync(join(this.#folder, former), { recursive: true });
    mkdirSync(saved, { recursive: true });
    await this.#shell.run('bash', ['-euo', 'pipefail', '-c', SAVE, 'bash', saved, ...found.keys()], {
      deadlineMs: SAVE_DEADLINE_MS,
    });
    await layOut(saved, fresh);
    rmSync(saved, { recursive: true });
    renameSync(fresh, join(this.#folder, place));
    return place;
  }

  async #idOf(image: string): Promise<string | null> {
    const inspect = ['image', 'inspect', '--format={{.Id}}', image];
    const { code, stdout } = await this.#shell.outcome('docker', inspect, { deadlineMs: LOOK_DEADLINE_MS });
    return code === 0 ? stdout.trim() : null;
  }
}

/** Lays out anew what `docker save` wrote. */
async function layOut(saved: string, fresh: string): Promise<void> {
  const folder = join(fresh, 'blobs/sha256');
  mkdirSync(folder, { recursive: true });
  const images = JSON.parse(readFileSync(join(saved, 'manifest.json'), 'utf8')) as readonly SavedImage[];
  const blobs = new Map<string, Blob>();
  for (const file of new Set(images.flatMap(({ Config, Layers }) => [Config, ...Layers]))) {
    // A layer of several images may be a link.
    const path = realpathSync(join(saved, file));
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const hex = hash.digest('hex');
    blobs.set(file, { digest: `sha256:${hex}`, size: statSync(path).size });
    if (!existsSync(join(folder, hex))) linkSync(path, join(folder, hex));
  }
  const described = images.map((image) => {
    const { RepoTags: tags } = image;
    if (tags === null)
      throw new Error('an image that goes by its digest alone can’t be put on machines: tag it');
    const text = manifestOf(image, blobs);
    const hex = sha256(text);
    writeFileSync(join(folder, hex), text);
    return { tags, manifest: { digest: `sha256:${hex}`, size: Buffer.byteLength(text) } };
  });
  writeFileSync(join(fresh, 'index.json'), indexOf(described));
  writeFileSync(join(fresh, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
