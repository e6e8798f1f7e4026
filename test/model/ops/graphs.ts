/** The ONNX graphs with goldens: finding them, reading what they expect. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fixture, Goldens, readJson } from '../goldens.ts';

/** What golden.json says (test/data/onnx/make). */
export interface GoldenFacts {
  readonly sites: readonly { readonly key: string; readonly where?: { readonly tensor?: string; readonly layout?: string } }[];
  readonly tolerance?: number;
  readonly outputTolerance?: number;
  /** Rows of each example that are not padding; the operator leaves the others undefined. */
  readonly validRows?: readonly number[];
}

export interface GoldenGraph {
  /** `folder/file.onnx`, with ` (past)` for a second run with a filled cache. */
  readonly name: string;
  readonly folder: string;
  /** Path of the file inside the folder. */
  readonly file: string;
  readonly facts: GoldenFacts;
  readonly goldens: Goldens;
}

/** Folders that hold a golden, below `root`. */
function foldersOf(root: string): string[] {
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.onnx') && !/(^|\/)bad(\/|$)/.test(entry.parentPath.slice(root.length)))
    .map((entry) => entry.parentPath);
  const withGolden = (path: string): string =>
    path.length <= root.length || existsSync(join(path, 'golden.json')) ? path : withGolden(dirname(path));
  return [...new Set(found.map(withGolden))].sort();
}

function graph(root: string, folder: string, file: string, golden: string, mark = ''): GoldenGraph {
  const name = `${join(folder, file).slice(root.length).replace(/^\//, '')}${mark}`;
  return {
    name,
    folder,
    file,
    facts: readJson<GoldenFacts>(join(folder, `${golden}.json`)),
    goldens: Goldens.read(join(folder, `${golden}.safetensors`)),
  };
}

function graphsIn(root: string, folder: string): GoldenGraph[] {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith('.onnx'))
    .sort();
  const own = (file: string): string => {
    const beside = `${file.replace(/\.onnx$/, '')}.golden`;
    return existsSync(join(folder, `${beside}.json`)) ? beside : 'golden';
  };
  const all = files.map((file) => graph(root, folder, file, own(file)));
  return existsSync(join(folder, 'past.golden.json')) ? [...all, graph(root, folder, files[0]!, 'past.golden', ' (past)')] : all;
}

/** All graphs with goldens below a folder; test/data/onnx, or a whole corpus that HEADLIGHT_ONNX names. */
export function goldenGraphs(root = process.env.HEADLIGHT_ONNX ?? fixture('onnx')): GoldenGraph[] {
  return foldersOf(root).flatMap((folder) => graphsIn(root, folder));
}
