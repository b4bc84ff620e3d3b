import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layOut, readManifest } from './context.ts';
import { imageOf, products } from './products.ts';
import type { Shell } from '../process/shell.ts';

const BUILD_DEADLINE_MS = 10 * 60_000;
const COMMAND_DEADLINE_MS = 60_000;

/** Builds the product's images, on another base than the Dockerfiles' if one is given. Resolves with their names by their variables. */
export async function buildImages(
  root: string,
  shell: Shell,
  baseImage: string | null,
): Promise<Readonly<Record<string, string>>> {
  const { version } = readManifest(root);
  const revision = await revisionOf(root, shell);
  const images: Record<string, string> = {};
  for (const product of products) {
    const image = imageOf(product, version);
    const context = await layOut(root, product, shell);
    const args = {
      VERSION: version,
      REVISION: revision,
      ...(baseImage === null ? {} : { BASE_IMAGE: baseImage }),
    };
    const flags = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    const file = ['--file', join(root, product.dockerfile)];
    await shell.run('docker', ['build', ...flags, ...file, '--tag', image, context], {
      deadlineMs: BUILD_DEADLINE_MS,
    });
    images[product.variable] = image;
  }
  return images;
}

/** Writes down what the images consist of. Resolves with the files. */
export async function writeBillsOfMaterials(root: string, shell: Shell): Promise<readonly string[]> {
  const folder = join(root, '.cache/sbom');
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const product of products) {
    const cwd = join(await layOut(root, product, shell), 'packages');
    const flags = ['--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev'];
    const text = await shell.run('npm', ['sbom', ...flags], { cwd, deadlineMs: COMMAND_DEADLINE_MS });
    const bill = JSON.parse(text) as { metadata: { component: { name: string } } };
    // npm calls it after its folder.
    bill.metadata.component.name = product.name;
    const file = join(folder, `${product.name}.cdx.json`);
    writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
    files.push(file);
  }
  return files;
}

async function revisionOf(root: string, shell: Shell): Promise<string> {
  if (!existsSync(join(root, '.git'))) return 'unknown';
  const git = await shell.outcome('git', ['rev-parse', 'HEAD'], {
    cwd: root,
    deadlineMs: COMMAND_DEADLINE_MS,
  });
  return git.code === 0 ? git.stdout.trim() : 'unknown';
}
