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

/** Follows the imports that are left when the types are gone. What is loaded by other means is not seen. */
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

function specifiersOf(file: string, text: string): readonly string[] {
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
        throw new Error(`${file} imports what is computed, so what it needs can’t be known`);
      take(specifier);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext));
  return found;
}

/** `@scope/name/part` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
