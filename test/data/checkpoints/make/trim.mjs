/**
 * Copies checkpoints with their goldens into this folder, without what no test needs:
 *
 *     node test/data/checkpoints/make/trim.mjs FOLDER_OF_CHECKPOINTS [NAME…]
 *
 * Left out: tokenizers; stages of the layers after the first (every layer runs the same code, and `hidden/<i>` and attention of all layers stay);
 * pictures before preprocessing; logits of case B above 20 kB (its last hidden state stays).
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const LARGE = 20_000;

const [root, ...names] = process.argv.slice(2);
const wanted = names.length > 0 ? names : readdirSync(root).filter((name) => readdirSafe(join(root, name)).includes('golden.safetensors'));
for (const name of wanted) copy(join(root, name), join(here, name));

function readdirSafe(path) {
  return readdirSync(dirname(path), { withFileTypes: true }).some((entry) => entry.isDirectory() && path.endsWith(entry.name)) ? readdirSync(path) : [];
}

function copy(from, to) {
  mkdirSync(to, { recursive: true });
  const isPart = (file) => /^(config(\.v5)?\.json|(diffusion_pytorch_)?model.*\.(safetensors|index\.json))$/.test(file);
  for (const file of readdirSync(from).filter(isPart)) writeFileSync(join(to, file), readFileSync(join(from, file)));
  writeFileSync(join(to, 'golden.safetensors'), trimTensors(readFileSync(join(from, 'golden.safetensors'))));
  writeFileSync(join(to, 'golden.json'), trimNotes(JSON.parse(readFileSync(join(from, 'golden.json'), 'utf8'))));
}

function trimTensors(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  const data = bytes.subarray(8 + length);
  const kept = {};
  const parts = [];
  let offset = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = entry.data_offsets;
    if (isLeftOut(name, end - begin)) continue;
    kept[name] = { ...entry, data_offsets: [offset, offset + end - begin] };
    parts.push(data.subarray(begin, end));
    offset += end - begin;
  }
  const json = Buffer.from(JSON.stringify(kept));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, ...parts]);
}

function isLeftOut(name, bytes) {
  const layer = /^[A-Z]\/stage\/.*?\.(\d+)(\.|$)/.exec(name);
  if (layer !== null && layer[1] !== '0') return true;
  return name.startsWith('image/') || (name.startsWith('B/output/') && bytes > LARGE);
}

function trimNotes({ class: name, model_type, notes, seed, versions, generated_smallest_gap, tensors }) {
  const alike = Object.fromEntries((tensors ?? []).filter((t) => t.same_as !== undefined).map((t) => [t.name, t.same_as]));
  return `${JSON.stringify({ class: name, model_type, notes, seed, versions, generated_smallest_gap, same_as: alike })}\n`;
}
