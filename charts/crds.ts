import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const FOLDER = new URL('../crds/', import.meta.url);

export interface CustomResourceDefinition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

export function readCrds(): CustomResourceDefinition[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => parse(readFileSync(new URL(file, FOLDER), 'utf8')) as CustomResourceDefinition);
}

/**
 * CRDs as a template, for Helm never upgrades what is in its own `crds/` folder. Text of the CRD that a template would take for its own is kept as it is; numbers are not read and
 * written by Helm, which turns large ones into floating point.
 */
export function crdsTemplate(crds: readonly CustomResourceDefinition[]): string {
  return [
    '{{- /* Made by `make chart` from crds/. */}}',
    '{{- if .Values.crds.enabled }}',
    ...crds.map(template),
    '{{- end }}',
    '',
  ].join('\n');
}

function template({ apiVersion, kind, metadata, spec }: CustomResourceDefinition): string {
  return [
    '---',
    `apiVersion: ${apiVersion}`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${metadata.name}`,
    '  labels:',
    // What is deleted by the label of the operator is not this.
    '    {{- include "cartwright.labels" . | replace "component: operator" "component: crd" | nindent 4 }}',
    '  {{- if .Values.crds.keep }}',
    '  annotations:',
    '    helm.sh/resource-policy: keep',
    '  {{- end }}',
    'spec:',
    indented(stringify(spec, { lineWidth: 0 }).trimEnd()).replaceAll('{{', '{{ "{{" }}'),
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
