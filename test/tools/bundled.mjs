/** Scripts in TypeScript, bundled for Node and kept under out/ until one of their sources changes. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** True when the bundle is younger than every file that it was made from. */
function isFresh(list) {
  if (!existsSync(list)) return false;
  const made = statSync(list).mtimeMs;
  const inputs = JSON.parse(readFileSync(list, 'utf8'));
  return inputs.every((file) => (statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) < made);
}

/** In one step: another process may be reading the file. */
function replace(path, contents) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

/**
 * @param {string} name folder under out/
 * @param {Record<string, string>} entryPoints sources by the name of their bundle
 * @returns {Promise<string>} the folder with the bundles, `<name>.mjs`
 */
export async function bundled(name, entryPoints) {
  const out = join(root, 'out', name);
  const list = join(out, 'inputs.json');
  if (isFresh(list)) return out;
  const { build } = await import('esbuild');
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  mkdirSync(out, { recursive: true });
  for (const { path, contents } of outputFiles) replace(path, contents);
  replace(list, JSON.stringify(Object.keys(metafile.inputs)));
  return out;
}
