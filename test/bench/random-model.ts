/**
 * Models of BERT's shape with random weights, for measuring: a checkpoint, and the same as one plain `.onnx` file with its weights inside.
 * Made when a bench needs them, under .vscode-test/bench, never part of the repository.
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { emitModel } from '../../model/architectures/emit.ts';
import { onnx } from '../../model/onnx/proto.js';
import { writeModel } from '../../model/onnx/wire.ts';
import { openCheckpoint } from '../../model/safetensors/checkpoint.ts';
import { sizeOf } from '../../model/tensor.ts';
import { openFolder } from '../inspect/folder.ts';

export interface Sizes {
  readonly name: string;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly inner: number;
  readonly vocabulary: number;
  readonly positions: number;
}

/** 346 MB, nearly all of it in the layers. */
export const BASE: Sizes = { name: 'bert-base', layers: 12, heads: 12, width: 768, inner: 3072, vocabulary: 600, positions: 512 };
/** The size of MiniLM-L6, with positions for long texts. */
export const MINI: Sizes = { name: 'minilm', layers: 6, heads: 12, width: 384, inner: 1536, vocabulary: 2048, positions: 2048 };

/** Raised when what is generated changes, so that nobody measures an old file. */
const VERSION = 2;

/** @returns the folder with `config.json`, `model.safetensors` and `model.onnx` */
export async function randomModel(sizes: Sizes, cache: string): Promise<string> {
  const folder = join(cache, `${sizes.name}-${VERSION}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'config.json'), JSON.stringify(configOf(sizes), null, 1));
  writeCheckpoint(join(draft, 'model.safetensors'), shapesOf(sizes));
  await writeOnnx(draft);
  renameSync(draft, folder);
  return folder;
}

function configOf({ layers, heads, width, inner, vocabulary, positions }: Sizes) {
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: inner,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
  };
}

function shapesOf({ layers, width, inner, vocabulary, positions }: Sizes): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  const linear = (name: string, from: number, to: number) => shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  const norm = (name: string) => shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  shapes.set('embeddings.word_embeddings.weight', [vocabulary, width]);
  shapes.set('embeddings.position_embeddings.weight', [positions, width]);
  shapes.set('embeddings.token_type_embeddings.weight', [2, width]);
  norm('embeddings.LayerNorm');
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, width, width);
    linear(`${at}.attention.output.dense`, width, width);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, width, inner);
    linear(`${at}.output.dense`, inner, width);
    norm(`${at}.output.LayerNorm`);
  }
  linear('pooler.dense', width, width);
  return shapes;
}

/** xorshift32 (Marsaglia 2003): the same weights on every machine. */
class Noise {
  private state = 0x9e3779b9;

  /** Uniform in [−1, 1). */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state / 2 ** 31;
  }
}

/** Spread of the weights: the variance of BERT's own initialisation, 0.02², as a uniform distribution. */
const SPREAD = 0.02 * Math.sqrt(3);

function writeCheckpoint(path: string, shapes: ReadonlyMap<string, readonly number[]>): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes) {
    const bytes = 4 * sizeOf(shape);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const noise = new Noise();
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([length, json]));
  for (const [name, shape] of shapes) {
    const gain = /LayerNorm\.weight$/.test(name);
    const values = Float32Array.from({ length: sizeOf(shape) }, () => (gain ? 1 : 0) + SPREAD * noise.next());
    writeSync(file, new Uint8Array(values.buffer));
  }
  closeSync(file);
}

/** The checkpoint's graph as exporters write models below 2 GB: every weight inside the file, linear layers already as [in, out]. */
async function writeOnnx(folder: string): Promise<void> {
  const open = openFolder(folder);
  const { model } = emitModel(await openCheckpoint(open));
  open.close();
  const graph = model.graph!;
  const file = openSync(join(folder, 'model.safetensors'), 'r');
  for (const tensor of graph.initializer) inline(tensor, file);
  closeSync(file);
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  graph.node = graph.node.filter((node) => {
    const weight = node.opType === 'Transpose' ? weights.get(node.input[0]!) : undefined;
    if (weight) transpose(weight, node.output[0]!);
    return !weight;
  });
  writeFileSync(join(folder, 'model.onnx'), writeModel(model));
}

function inline(tensor: onnx.TensorProto, file: number): void {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  if (!entries.has('offset')) return;
  tensor.rawData = new Uint8Array(Number(entries.get('length')));
  readSync(file, tensor.rawData, 0, tensor.rawData.length, Number(entries.get('offset')));
  tensor.externalData = [];
  tensor.dataLocation = onnx.TensorProto.DataLocation.DEFAULT;
}

/** The weight in the place of its Transpose. */
function transpose(weight: onnx.TensorProto, name: string): void {
  const [rows, columns] = weight.dims.map(Number) as [number, number];
  const from = new Float32Array(weight.rawData.buffer);
  const to = new Float32Array(from.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c]!;
  Object.assign(weight, { name, dims: [columns, rows], rawData: new Uint8Array(to.buffer) });
}
