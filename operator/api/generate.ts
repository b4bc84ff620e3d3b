import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { customResourceDefinition } from './custom-resource-definition.ts';

/** `make crds` writes the CustomResourceDefinition; with `--check` it only says whether the file is what the schemas say. */
const path = new URL('../../crds/cartwright.dev_cartclusters.yaml', import.meta.url);
const fresh = `# Made by \`make crds\` from operator/api.\n${stringify(customResourceDefinition(), { lineWidth: 0, aliasDuplicateObjects: false })}`;

if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== fresh) {
    process.stderr.write('crds/ is not what operator/api says: make crds\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, fresh);
}
