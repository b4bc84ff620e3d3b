import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** What a program needs to run: files of this repository and packages from npm, by following its imports. */
export interface Imports {
  /** Relative to the root, sorted. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Follows the imports that are left when the types are gone, and the files that threads are started with. What is loaded by other means is not seen. */
export function importsOf(root: string, entry: string): Imports {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of specifiersOf(file, readFileSync(join(root, file), 'utf8'))) {
      if (isBuiltin(specifier)) continue;
      if (!specifier.startsWith('.')) {
        packages.add(packageOf(specifier));
        continue;
      }
      const path = normalize(join(dirname(file), specifier));
      if (!existsSync(join(root, path))) throw new Error(`${file} imports ${specifier}, which is not there`);
      open.push(path);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

function specifiersOf(where: string, text: string): readonly string[] {
  const found: string[] = [];
  const take = (node: ts.Expression | undefined): void => {
    if (node !== undefined && ts.isStringLiteral(node)) found.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      if (node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) take(node.moduleSpecifier);
    } else if (ts.isExportDeclaration(node)) {
      if (!node.isTypeOnly) take(node.moduleSpecifier);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier === undefined || !ts.isStringLiteral(specifier))
        throw new Error(`${where} imports what is computed, so what it needs can’t be known`);
      take(specifier);
    } else if (
      ts.isNewExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'Worker'
    ) {
      const file = threadOf(node);
      if (file === null)
        throw new Error(`${where} starts a thread from what is computed, so what it needs can’t be known`);
      take(file);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(where, text, ts.ScriptTarget.ESNext));
  return found;
}

/** The file in `new Worker(new URL('./file.ts', import.meta.url))`. */
function threadOf({
  arguments: [url] = ts.factory.createNodeArray(),
}: ts.NewExpression): ts.StringLiteral | null {
  if (url === undefined || !ts.isNewExpression(url)) return null;
  const file = url.arguments?.[0];
  return file !== undefined && ts.isStringLiteral(file) ? file : null;
}

/** `@scope/name/part` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
