import { readFileSync } from 'node:fs';
import { openApiDocument } from './openapi.ts';
import type { HttpSettings } from './settings.ts';

/** What is served beside carts: the API's own description, and pages that show it. */
export interface Document {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly text: () => string;
}

/** The pages run their own scripts and nobody else's, and are shown in no other page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
} as const;

/** The files of the pages, by the paths at which they are served. */
const files = [
  ['/docs', './docs/index.html', 'html'],
  ['/docs/page.js', './docs/page.js', 'js'],
  ['/docs/page.css', './docs/page.css', 'css'],
  ['/docs/live', './examples/live.html', 'html'],
  ['/docs/live.js', './examples/live.js', 'js'],
] as const;

/** Every document by its path. */
export function documentsOf(settings: HttpSettings, version: string): ReadonlyMap<string, Document> {
  const documents = new Map<string, Document>();
  if (!settings.DOCS) return documents;
  // Made when it is first asked for, which few are: it takes as long as hundreds of requests.
  let api: string | null = null;
  documents.set('/openapi.json', {
    headers: ['Content-Type', 'application/json; charset=utf-8'],
    text: () => (api ??= JSON.stringify(openApiDocument(settings, version))),
  });
  for (const [path, file, type] of files) {
    const headers = ['Content-Type', types[type], 'Content-Security-Policy', POLICY];
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    documents.set(path, { headers, text: () => text });
  }
  return documents;
}
