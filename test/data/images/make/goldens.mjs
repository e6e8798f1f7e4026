/**
 * Packs pictures and pixel values of picture checkpoints into goldens.json.br: `node goldens.mjs CHECKPOINTS`.
 *
 * CHECKPOINTS has a folder a family with preprocessor_config.json, config.json and golden.safetensors, whose tensors `image/rgb` [H, W, 3] and
 * `image/pixel_values_pil`, `image/pixel_values_torchvision` [1, 3, h, w] come from transformers 4.57.6 (PIL) and its torchvision processors.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const source = process.argv[2];
if (source === undefined) throw new Error('usage: node goldens.mjs CHECKPOINTS');

function tensors(path) {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString('utf8'));
  return (name) => {
    const entry = header[name];
    if (entry === undefined) return null;
    const [from, to] = entry.data_offsets;
    return { shape: entry.shape, base64: file.subarray(8 + length + from, 8 + length + to).toString('base64') };
  };
}

const goldens = [];
for (const name of readdirSync(source).sort()) {
  const folder = join(source, name);
  const [settings, golden] = [join(folder, 'preprocessor_config.json'), join(folder, 'golden.safetensors')];
  if (!existsSync(settings) || !existsSync(golden)) continue;
  const tensor = tensors(golden);
  const rgb = tensor('image/rgb');
  if (rgb === null) continue;
  const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const attention = tensor('A/attention/self/0') ?? tensor('A/attention/vision/0');
  goldens.push({
    name,
    settings: read('preprocessor_config.json'),
    config: read('config.json'),
    rgb,
    pil: tensor('image/pixel_values_pil'),
    torchvision: tensor('image/pixel_values_torchvision'),
    positions: attention?.shape.at(-1) ?? null,
  });
}
const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
writeFileSync(new URL('../goldens.json.br', import.meta.url), brotliCompressSync(JSON.stringify(goldens), { params }));
