/** What a job gives the model: text as ids, a picture as pixel values, raw inputs by name. */
import { readFileSync } from 'node:fs';
import { HeadlightError } from '../../model/errors.ts';
import { beside } from '../../model/onnx/folder.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import type { Token } from '../../model/protocol/panel.ts';
import { readHeader } from '../../model/safetensors/header.ts';
import { readTensor } from '../../model/safetensors/values.ts';
import type { Tensor } from '../../model/tensor.ts';
import { FOREIGN_TOKENIZER_FILES, readTokenizer, TOKENIZER_FILES, type Tokenizer } from '../../model/text/index.ts';
import { type OpenFolder, openFolder } from './folder.ts';
import { prepareImage } from './image.ts';
import type { Job, Report, ReportToken } from './job.ts';
import { readModelFile, readModelText } from './json.ts';

export interface Input {
  /** Null when the job gives neither text nor picture. */
  readonly params: RunParams | null;
  readonly report: Partial<Pick<Report, 'tokens' | 'targetTokens' | 'image'>>;
}

/** @throws HeadlightError `tokenizer`, `not-found`, `read`, `format`: what is wrong with the input */
export async function prepareInput(job: Job, folder: OpenFolder): Promise<Input> {
  const text = job.text ?? (job.textFile === undefined ? null : readText(job.textFile));
  const words = text === null && job.target === undefined ? null : await textInput(job, text, folder);
  const picture = job.image === undefined ? null : await prepareImage(job.image, folder);
  if (!words || !picture) return words ?? picture ?? { params: null, report: {} };
  return { params: { ...words.params, ...picture.params }, report: { ...words.report, ...picture.report } };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HeadlightError('not-found', `${path} cannot be read.`, { cause });
  }
}

async function textInput(job: Job, text: string | null, folder: OpenFolder): Promise<Input> {
  const tokenizer = await tokenizerOf(folder);
  const source = text === null ? null : tokenizer.encode(text, job.pair);
  const target = job.target === undefined ? null : tokenizer.encode(job.target).tokens;
  const start = target === null ? null : await decoderStart(folder);
  const targetTokens = target && [...(start === null ? [] : [startToken(tokenizer, start)]), ...target.map(toReport)];
  return {
    params: {
      ...(source && { ids: source.tokens.map(({ id }) => id), typeIds: source.typeIds }),
      ...(targetTokens && { targetIds: targetTokens.map(({ id }) => id) }),
    },
    report: { ...(source && { tokens: source.tokens.map(toReport) }), ...(targetTokens && { targetTokens }) },
  };
}

function toReport({ id, piece, start, end, special }: Token): ReportToken {
  return { id, piece, start, end, special };
}

function startToken(tokenizer: Tokenizer, id: number): ReportToken {
  return { id, piece: tokenizer.piece(id), start: 0, end: 0, special: true };
}

async function tokenizerOf(folder: OpenFolder): Promise<Tokenizer> {
  const names = [...TOKENIZER_FILES.filter((name) => !name.endsWith('config.json')), ...FOREIGN_TOKENIZER_FILES];
  if (names.every((name) => beside(folder, folder.model.entry, name) === null)) {
    const where = folder.model.entry || folder.model.name;
    throw new HeadlightError(
      'tokenizer',
      `There is no tokenizer.json beside ${where}, so text cannot become tokens: put it there, or give --inputs.`,
    );
  }
  return readTokenizer((name) => readModelText(folder, name));
}

/** The token that a decoder begins with, as the configuration names it. */
async function decoderStart(folder: OpenFolder): Promise<number | null> {
  for (const file of ['generation_config.json', 'config.json']) {
    const config = (await readModelFile(folder, file)) as { decoder_start_token_id?: unknown } | null;
    if (typeof config?.decoder_start_token_id === 'number') return config.decoder_start_token_id;
  }
  return null;
}

/** Tensors `input/<name>` of a safetensors file, by name. */
export async function rawInputs(path: string): Promise<Record<string, Tensor>> {
  const folder = openFolder(path);
  try {
    const source = folder.open(folder.model.entry);
    const { tensors } = await readHeader(source);
    const raw: Record<string, Tensor> = {};
    for (const [name, place] of tensors) {
      if (name.startsWith('input/')) raw[name.slice('input/'.length)] = await readTensor(source, place);
    }
    return raw;
  } finally {
    folder.close();
  }
}
