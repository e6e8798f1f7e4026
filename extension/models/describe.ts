/** Reads the small files of a model's folder into its card, and says why a model cannot be used where the files tell. */
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { readHeader } from '../../model/safetensors/header.ts';
import type { ModelFolder } from '../../model/source.ts';
import { type ModelCard, makeCard } from './card.ts';

/** A configuration beyond this size is none. */
const CONFIG_LIMIT = 16 * 1024 * 1024;
/** How far into a tokenizer.json its model's kind is looked for: the added tokens stand before it. */
const TOKENIZER_HEAD = 2 * 1024 * 1024;
const STEP = 128 * 1024;
/** Headers of more shards than this are not read for a number in a list. */
const SHARD_LIMIT = 16;

export interface Description {
  readonly card: ModelCard;
  /** Why the model cannot be used, null when nothing speaks against it. */
  readonly problem: string | null;
}

export async function describe(folder: ModelFolder): Promise<Description> {
  const problems: string[] = [];
  const note = (error: unknown): null => {
    problems.push(asHeadlightError(error, 'read', 'The model cannot be read').message);
    return null;
  };
  const json = (path: string) => readJson(folder, path).catch(note);
  const [config, tokenizerConfig, measured, tokenizerKind, parameters] = await Promise.all([
    json('config.json'),
    json('tokenizer_config.json'),
    json('measured.json'),
    readTokenizerKind(folder).catch(note),
    countParameters(folder).catch(note),
  ]);
  const card = makeCard({ config, tokenizerConfig, measured, tokenizerKind, parameters });
  const empty = folder.files.find(({ path, size }) => size === 0 && /\.(onnx|safetensors)$/.test(path));
  if (empty) problems.unshift(`${empty.path} is empty. Download or export it again.`);
  return { card, problem: problems[0] ?? null };
}

const has = (folder: ModelFolder, path: string) => folder.files.some((file) => file.path === path);

/** @throws HeadlightError `format` when the file is no JSON, `limit` when it is too large to be a configuration */
export async function readJson(folder: ModelFolder, path: string): Promise<unknown> {
  if (!has(folder, path)) return null;
  const file = folder.open(path);
  if (file.size > CONFIG_LIMIT) throw new HeadlightError('limit', `${path} has ${file.size} bytes; a configuration has a few thousand.`);
  const text = new TextDecoder().decode(await file.read(0, file.size));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw asHeadlightError(error, 'format', `${path} is not valid JSON`);
  }
}

const KIND = /"model"\s*:\s*\{\s*"type"\s*:\s*"(\w+)"/;

/** The kind of a tokenizer's model (`BPE`, `WordPiece`, …) without parsing its vocabulary. */
async function readTokenizerKind(folder: ModelFolder): Promise<string | null> {
  if (!has(folder, 'tokenizer.json')) return null;
  const file = folder.open('tokenizer.json');
  let text = '';
  for (let at = 0; at < Math.min(file.size, TOKENIZER_HEAD); at += STEP) {
    text += new TextDecoder().decode(await file.read(at, Math.min(STEP, file.size - at)));
    const kind = KIND.exec(text)?.[1];
    if (kind) return kind;
  }
  return null;
}

/** Parameters by the headers of the safetensors files; null when there are none, or too many to read for a number. */
async function countParameters(folder: ModelFolder): Promise<number | null> {
  const shards = folder.files.filter(({ path, size }) => path.endsWith('.safetensors') && size > 0);
  if (shards.length === 0 || shards.length > SHARD_LIMIT) return null;
  let total = 0;
  for (const { path } of shards) {
    const { tensors } = await readHeader(folder.open(path));
    for (const { shape } of tensors.values()) total += shape.reduce((product, n) => product * n, 1);
  }
  return total;
}
