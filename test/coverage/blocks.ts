/**
 * Which tests every block has: tests of its own, and the families whose goldens run through it. Read from the import lines.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;

export interface BlockRow {
  /** Path below model/blocks, without ending. */
  readonly block: string;
  /** First sentence of its page. */
  readonly purpose: string;
  /** Tests that import it. */
  readonly tests: readonly string[];
  /** Files of model/architectures with families that are built with it. */
  readonly families: readonly string[];
}

/** All blocks. */
export function blockRows(): BlockRow[] {
  const tests = filesUnder('test/model/blocks').filter((file) => file.endsWith('.test.ts'));
  const families = familyFiles();
  const reached = new Map(families.map((file) => [file, reachable(file)]));
  const blocks = filesUnder('model/blocks').filter((file) => !file.endsWith('/module.ts'));
  return blocks.map((file) => ({
    block: relative('model/blocks', file).replace(/\.ts$/, ''),
    purpose: purposeOf(file),
    tests: tests.filter((path) => importsOf(path).includes(file)).map((path) => relative('test/model/blocks', path)),
    families: families
      .filter((family) => reached.get(family)!.has(file))
      .map((path) => relative('model/architectures', path).replace(/\.ts$/, '')),
  }));
}

/** Files of families: what the registry imports from its own folder. */
function familyFiles(): string[] {
  return importsOf('model/architectures/registry.ts').filter(
    (file) => dirname(file) === 'model/architectures' && !file.endsWith('/family.ts'),
  );
}

/** Every file that a file needs, itself included. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const next of importsOf(file)) reachable(next, seen);
  return seen;
}

/** Files that a file imports values or types from, relative to the root. */
function importsOf(file: string): string[] {
  const paths = [...read(file).matchAll(/from '(\.{1,2}\/[^']+)'/g)].map(([, path]) => relative(ROOT, join(ROOT, dirname(file), path!)));
  return paths.filter((path) => existsSync(join(ROOT, path)));
}

/** The first sentence of the comment at the top. */
function purposeOf(file: string): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(read(file))?.[1] ?? '';
  const text = comment
    .replace(/^\s*\* ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return /^(.*?[.:;])( |$)/.exec(text)?.[1]?.replace(/[.:;]$/, '') ?? text;
}

function filesUnder(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true }).map((file) => join(folder, String(file)));
  return files.filter((file) => file.endsWith('.ts')).sort();
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
