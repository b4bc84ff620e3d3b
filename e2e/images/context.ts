import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { importsOf } from './imports.ts';
import { narrowed } from './lock.ts';
import type { Shell } from '../process/shell.ts';
import type { Lock, Manifest } from './lock.ts';
import type { Product } from './products.ts';

const INSTALL_DEADLINE_MS = 10 * 60_000;
/** Types, sources, maps and descriptions, but no license. */
const NOT_RUN = /^(?!licen[cs]e|notice|copying).*\.([cm]?ts|map|md)$/i;

export function readManifest(root: string): Manifest {
  return readJson(root, 'package.json') as Manifest;
}

/**
 * Lays out what an image is built from, and returns the folder: `packages`, which change seldom, and `app`. Only what the program imports is there, so that its image
 * carries nothing that could be attacked or would have to be updated for no use.
 */
export async function layOut(root: string, product: Product, shell: Shell): Promise<string> {
  const folder = join(root, '.cache/images', product.name);
  const { files, packages } = importsOf(root, product.entry);
  const { manifest, lock } = narrowed(
    readManifest(root),
    readJson(root, 'package-lock.json') as Lock,
    product.name,
    packages,
  );
  await install(join(folder, 'packages'), manifest, lock, shell);
  const app = join(folder, 'app');
  rmSync(app, { recursive: true, force: true });
  for (const file of [...files, ...product.assets]) cpSync(join(root, file), join(app, file));
  mkdirSync(join(folder, 'data'), { recursive: true });
  letAnybodyRead(app);
  return folder;
}

/** Installs for the image's platform, whatever this machine's is; unless just this is there already. */
async function install(folder: string, manifest: object, lock: object, shell: Shell): Promise<void> {
  const wanted = { 'package.json': pretty(manifest), 'package-lock.json': pretty(lock) };
  if (Object.entries(wanted).every(([name, text]) => readIfThere(join(folder, name)) === text)) return;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [name, text] of Object.entries(wanted)) writeFileSync(join(fresh, name), text);
  const platform = ['--os=linux', `--cpu=${process.arch}`, '--libc=glibc'];
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await shell.run('npm', ['ci', ...flags, ...platform], { cwd: fresh, deadlineMs: INSTALL_DEADLINE_MS });
  removeWhatIsNotRun(join(fresh, 'node_modules'));
  letAnybodyRead(fresh);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

/** Half of the packages' files are for those who read or compile them; Node refuses TypeScript in packages anyway. */
function removeWhatIsNotRun(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeWhatIsNotRun(path);
    else if (NOT_RUN.test(entry.name)) rmSync(path);
  }
}

/** The image's user is nobody in particular; a checkout's files may be its owner's alone. */
function letAnybodyRead(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) letAnybodyRead(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}

function readJson(root: string, name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

function readIfThere(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function pretty(object: object): string {
  return `${JSON.stringify(object, null, 2)}\n`;
}
