import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findHelm } from './helm.ts';
import { renderings } from './renderings.ts';
import type { Helm } from './helm.ts';

const FOLDER = new URL('./', import.meta.url);
const NAMESPACE = 'cartwright-system';
const HEADING = '# Made by `make manifests` from charts/cartwright.\n';

const namespaceManifest = `---
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/** Manifests that are rendered by Helm, by their path in charts/. */
export function manifests(helm: Helm): Map<string, string> {
  const files = new Map([['install.yaml', installYaml(helm)]]);
  for (const [name, values] of Object.entries(renderings)) {
    files.set(`rendered/${name}.yaml`, HEADING + rendered(helm, values));
  }
  return files;
}

/** All that `helm install` makes and its namespace, for who has no Helm. It is not Helm's then. */
function installYaml(helm: Helm): string {
  const text = rendered(helm, {}, '--skip-tests')
    .replaceAll(/^ +app\.kubernetes\.io\/managed-by: Helm\n/gm, '')
    .replaceAll(/^ +helm\.sh\/chart: .*\n/gm, '')
    .replaceAll(/^ +annotations:\n +helm\.sh\/resource-policy: keep\n/gm, '');
  return HEADING + namespaceManifest + text;
}

function rendered(helm: Helm, values: object, ...flags: string[]): string {
  const { ok, stdout, stderr } = helm.template(NAMESPACE, values, ...flags);
  if (!ok) throw new Error(stderr);
  return stdout;
}

/** Those that are not as the chart says. */
export function outdated(helm: Helm): Map<string, string> {
  const files = manifests(helm);
  for (const [path, content] of files) if (current(path) === content) files.delete(path);
  return files;
}

function current(path: string): string | null {
  try {
    return readFileSync(new URL(path, FOLDER), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** `make manifests` writes them. With `--check` it says which are outdated; without Helm it can't know, and says that. */
function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const helm = findHelm();
  if (helm === null) {
    const what = values.check ? 'charts/install.yaml and charts/rendered are not compared' : 'Helm is needed';
    process.stderr.write(`no helm on PATH: ${what}\n`);
    if (!values.check) process.exitCode = 1;
    return;
  }
  mkdirSync(new URL('rendered/', FOLDER), { recursive: true });
  for (const [path, content] of outdated(helm)) {
    if (values.check) {
      process.stderr.write(`charts/${path} is not what the chart says: make manifests\n`);
      process.exitCode = 1;
    } else {
      writeFileSync(new URL(path, FOLDER), content);
      process.stdout.write(`made charts/${path}\n`);
    }
  }
}

if (import.meta.main) main();
