import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Those that take minutes are begun first, so that in the end no lane waits long for another. */
const LONG = ['api-outage', 'frozen-machine', 'leadership', 'mistakes', 'kube'].map(
  (name) => `e2e/${name}.test.ts`,
);

/** The files of tests that need a cluster, in the order in which they are best begun. */
export function testFiles(root: string): readonly string[] {
  const all = readdirSync(join(root, 'e2e'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `e2e/${name}`)
    .sort();
  return [...LONG.filter((name) => all.includes(name)), ...all.filter((name) => !LONG.includes(name))];
}

/** The arguments of Node that run tests like these. */
export function mocha(root: string, ...args: readonly string[]): readonly string[] {
  return [join(root, 'node_modules/.bin/mocha'), '--config', join(root, 'e2e/.mocharc.json'), ...args];
}
