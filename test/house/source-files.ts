import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/paths.ts';

export interface SourceFile {
  /** From the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const generated = new Set(['node_modules', 'dist', 'out', '.git', '.cache']);

/** Every file below these places of the checkout whose name matches, generated ones left out. */
export function sourceFiles(places: readonly string[], name: RegExp): SourceFile[] {
  const found: SourceFile[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!generated.has(entry.name)) visit(path);
      } else if (name.test(entry.name)) {
        found.push({ path, text: readFileSync(join(root, path), 'utf8') });
      }
    }
  };
  for (const place of places) visit(place);
  return found;
}

export interface Import {
  readonly file: string;
  /** As it is written: './x.ts', 'node:fs', 'vscode'. */
  readonly from: string;
  readonly typeOnly: boolean;
}

const statement = /^\s*(import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const dynamic = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;

/** All modules a file imports; `import { type A }` counts as a real import, since the module is still loaded. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const found: Import[] = [];
  for (const [, , type, from] of text.matchAll(statement))
    found.push({ file: path, from, typeOnly: type !== undefined });
  for (const [, from] of text.matchAll(dynamic)) found.push({ file: path, from, typeOnly: false });
  return found;
}
