import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What these do to a cluster, everything on it meets: machines or the API server stop, kinds come and go, an operator looks after all namespaces. The longest is first. */
const ALONE = [
  'api-outage',
  'frozen-machine',
  'chart',
  'prometheus',
  'cluster',
  'rbac',
  'kube',
  'install-yaml',
  'chart-rendered',
  'api-restart',
];
/** Of the others those that take minutes: they are begun first, so that in the end nothing waits long for one of them. */
const LONG = ['mistakes', 'leadership', 'deletion', 'foreign-edits'];

/**
 * The files of tests that need a cluster, in the order in which they are best begun. Those of one piece may run at the same time on one cluster: each has namespaces of its own, and operators
 * for these alone.
 */
export function testFiles(root: string): readonly (readonly string[])[] {
  const suffix = '.test.ts';
  const all = readdirSync(join(root, 'e2e'))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort();
  for (const name of [...ALONE, ...LONG])
    if (!all.includes(name)) throw new Error(`there is no e2e/${name}${suffix}`);
  const others = all.filter((name) => !ALONE.includes(name) && !LONG.includes(name));
  const [first = '', ...rest] = ALONE;
  return [[first], [...LONG, ...others], ...rest.map((name) => [name])].map((piece) =>
    piece.map((name) => `e2e/${name}${suffix}`),
  );
}

/** The arguments of Node that run tests like these. */
export function mocha(root: string, ...args: readonly string[]): readonly string[] {
  return [join(root, 'node_modules/.bin/mocha'), '--config', join(root, 'e2e/.mocharc.json'), ...args];
}
