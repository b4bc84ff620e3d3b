import { readFileSync } from 'node:fs';

const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** One version for everything: the chart's, the images' and the packages'. */
export const VERSION = packageJson.version;
export const REPOSITORY = 'https://github.com/cartwright-dev/cartwright';
export const RUNBOOKS = `${REPOSITORY}/blob/main/charts/cartwright/runbooks.md`;
