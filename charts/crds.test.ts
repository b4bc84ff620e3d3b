import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { crdsTemplate, readCrds } from './crds.ts';
import type { CustomResourceDefinition } from './crds.ts';

describe('the chart’s CRDs', () => {
  it('are those of crds/, word by word', () => {
    const rendered = readFileSync(new URL('install.yaml', import.meta.url), 'utf8');
    const found = parseAllDocuments(rendered)
      .map((document) => document.toJS() as CustomResourceDefinition)
      .filter(({ kind }) => kind === 'CustomResourceDefinition');
    assert.deepEqual(
      found.map(({ spec }) => spec),
      readCrds().map(({ spec }) => spec),
    );
    assert.ok(found.length > 0);
  });

  it('keep what a template would take for its own', () => {
    const [crd] = readCrds();
    assert.ok(crd);
    const braces = { ...crd, spec: { ...crd.spec, group: 'a {{ b }} c' } };
    assert.ok(crdsTemplate([braces]).includes('a {{ "{{" }} b }} c'));
  });
});
