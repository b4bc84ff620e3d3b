/** What an archive of `docker save` says of one image in its manifest.json, in each of its formats. */
export interface SavedImage {
  readonly Config: string;
  /** Null: it was asked for by its digest. */
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** A file by what is in it. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
}

const TYPE = 'application/vnd.docker';

/** An image's manifest. With these types of Docker's containerd finds out by itself whether a layer is compressed. */
export function manifestOf(image: SavedImage, blobs: ReadonlyMap<string, Blob>): string {
  const part = (file: string, mediaType: string): object => {
    const blob = blobs.get(file);
    if (blob === undefined) throw new Error(`the archive has no ${file}`);
    return { mediaType, digest: blob.digest, size: blob.size };
  };
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: `${TYPE}.distribution.manifest.v2+json`,
    config: part(image.Config, `${TYPE}.container.image.v1+json`),
    layers: image.Layers.map((file) => part(file, `${TYPE}.image.rootfs.diff.tar`)),
  });
}

/** The index of an OCI layout that has these manifests, under each of their images' names. */
export function indexOf(
  images: readonly { readonly tags: readonly string[]; readonly manifest: Blob }[],
): string {
  return JSON.stringify({
    schemaVersion: 2,
    manifests: images.flatMap(({ tags, manifest }) =>
      tags.map((tag) => ({
        mediaType: `${TYPE}.distribution.manifest.v2+json`,
        digest: manifest.digest,
        size: manifest.size,
        annotations: { 'io.containerd.image.name': wholeName(tag) },
      })),
    ),
  });
}

/** Docker leaves out its own registry, like `docker.io/library/node:24`; containerd does not. */
export function wholeName(tag: string): string {
  const [first = '', ...rest] = tag.split('/');
  if (rest.length === 0) return `docker.io/library/${tag}`;
  return /[.:]/.test(first) || first === 'localhost' ? tag : `docker.io/${tag}`;
}
