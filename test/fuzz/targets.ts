/** What is fed with broken files: each reads as far as the panel would before it runs a model. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join as path } from 'node:path';
import { describeCheckpoint } from '../../model/architectures/describe.ts';
import { emitModel } from '../../model/architectures/emit.ts';
import { findAttention } from '../../model/attention/index.ts';
import { fileFacts } from '../../model/onnx/facts.ts';
import { inputFacts, planFeeds } from '../../model/onnx/feeds.ts';
import { readModelConfig } from '../../model/onnx/folder.ts';
import { Graph } from '../../model/onnx/graph.ts';
import { readSkeleton } from '../../model/onnx/skeleton.ts';
import { decodeModel, writeModel } from '../../model/onnx/wire.ts';
import { openCheckpoint } from '../../model/safetensors/checkpoint.ts';
import { fixture } from '../model/goldens.ts';
import { pick, type Random } from '../model/text/random.ts';
import { memoryFolder } from './memory-folder.ts';
import { join, mutateBytes, mutateJson, mutateMessage } from './mutate.ts';

export interface Target {
  readonly name: string;
  /** One broken file, read. Throws whatever reading threw. */
  readonly attempt: (random: Random) => Promise<void>;
}

const filesBelow = (folder: string, end: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((file) => path(folder, file))
    .filter((file) => file.endsWith(end) && !/golden/.test(file) && statSync(file).isFile())
    .sort();

const onnxFiles = () => filesBelow(fixture('onnx'), '.onnx').filter((file) => statSync(file).size < 300_000);
const checkpointFolders = () =>
  readdirSync(fixture('checkpoints'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['make', 'classic'].includes(entry.name))
    .map((entry) => path(fixture('checkpoints'), entry.name))
    .sort();

async function readOnnx(bytes: Uint8Array): Promise<void> {
  const folder = memoryFolder({ 'model.onnx': bytes });
  const { model } = await readSkeleton(folder, 'model.onnx');
  const found = findAttention(model, { file: 'model.onnx' });
  const config = await readModelConfig(folder, 'model.onnx');
  inputFacts(planFeeds(new Graph(found.model.graph!), config));
  fileFacts([new Graph(found.model.graph!)], config);
}

/** Changes the messages of a graph, not only its bytes: names, shapes, attributes, edges. */
function mutateGraph(bytes: Uint8Array, random: Random): Uint8Array {
  const model = decodeModel(bytes, 'model.onnx');
  const changes = 1 + Math.floor(random() * 3);
  for (let i = 0; i < changes; i++) mutateMessage(random() < 0.8 ? model.graph! : model, random);
  return writeModel(model);
}

function onnxTarget(name: string, mutate: (bytes: Uint8Array, random: Random) => Uint8Array): Target {
  let files: readonly string[] | undefined;
  return {
    name,
    attempt: async (random) => {
      files ??= onnxFiles();
      await readOnnx(mutate(readFileSync(pick(random, files)), random));
    },
  };
}

async function readCheckpoint(config: Uint8Array, weights: Uint8Array): Promise<void> {
  const checkpoint = await openCheckpoint(memoryFolder({ 'config.json': config, 'model.safetensors': weights }));
  describeCheckpoint(checkpoint);
  emitModel(checkpoint);
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** A weights file whose header was changed; the length in front of it fits, most of the time. */
function mutateHeader(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.2) return mutateBytes(bytes.subarray(0, Math.min(bytes.length, 4096)), random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = json(mutateJson(parsed(bytes.subarray(8, 8 + length)), random));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(random() < 0.9 ? header.length : Math.floor(random() * 2 ** 40)), true);
  return join(size, header, bytes.subarray(8 + length));
}

function checkpointTarget(
  name: string,
  change: (config: Uint8Array, weights: Uint8Array, random: Random) => [Uint8Array, Uint8Array],
): Target {
  let folders: readonly string[] | undefined;
  return {
    name,
    attempt: async (random) => {
      folders ??= checkpointFolders();
      const folder = pick(random, folders);
      const [weights] = filesBelow(folder, '.safetensors');
      await readCheckpoint(...change(readFileSync(path(folder, 'config.json')), readFileSync(weights!), random));
    },
  };
}

export const TARGETS: readonly Target[] = [
  onnxTarget('the bytes of an ONNX file', mutateBytes),
  onnxTarget('the messages of an ONNX file', mutateGraph),
  checkpointTarget('the header of a safetensors file', (config, weights, random) => [config, mutateHeader(weights, random)]),
  checkpointTarget('a config.json', (config, weights, random) => [json(mutateJson(parsed(config), random)), weights]),
];
