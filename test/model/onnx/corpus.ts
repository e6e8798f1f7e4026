/** The exported models of test/data/onnx with their goldens. */
import { existsSync } from 'node:fs';
import type { RunParams } from '../../../model/protocol/engine.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { fixture, Goldens, readJson } from '../goldens.ts';
import { type DiskFolder, diskFolder } from '../safetensors/folder.ts';

export const CORPUS = fixture('onnx');
export const corpus: DiskFolder = diskFolder(CORPUS);

export interface Case {
  /** Path of the model inside `CORPUS`. */
  readonly path: string;
  readonly goldens: Goldens;
}

/** Every file that has goldens of its own. */
export function cases(): Case[] {
  const paths = corpus.files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
  return paths.map((path) => ({ path, goldens: Goldens.read(goldenOf(path)) }));
}

export function caseOf(path: string): Case {
  return { path, goldens: Goldens.read(goldenOf(path)) };
}

/** A folder's golden describes the whole model; a file of several has one under its own name. */
function goldenOf(path: string): string {
  const own = fixture('onnx', path.replace(/\.onnx$/, '.golden.safetensors'));
  return existsSync(own) ? own : fixture('onnx', path.slice(0, path.lastIndexOf('/')), 'golden.safetensors');
}

/** The first row of a golden input, or undefined where the model has none. */
export function rowOf(goldens: Goldens, name: string): number[] | undefined {
  if (!goldens.has(`input/${name}`)) return undefined;
  const { data, shape } = goldens.get(`input/${name}`);
  return Array.from(data.slice(0, shape.at(-1)), Number);
}

/** Whether onnxruntime's CPU build runs the file: some operators exist for other devices only. */
export function runs(path: string): boolean {
  const { runs: why = '' } = readJson<{ runs?: string }>(goldenOf(path).replace(/safetensors$/, 'json'));
  return why === '';
}

/** What a user would bring: the text's tokens, the image. Everything else must be filled in. */
export function runOf(goldens: Goldens): RunParams {
  const decoder = goldens.has('input/encoder_hidden_states');
  const tensorOf = (name: string): Tensor | undefined => (goldens.has(`input/${name}`) ? goldens.get(`input/${name}`) : undefined);
  const run: Record<string, unknown> = {
    ids: decoder ? undefined : rowOf(goldens, 'input_ids'),
    targetIds: rowOf(goldens, decoder ? 'input_ids' : 'decoder_input_ids'),
    typeIds: rowOf(goldens, 'token_type_ids'),
    attentionMask: rowOf(goldens, decoder ? 'encoder_attention_mask' : 'attention_mask'),
    pixelValues: tensorOf('pixel_values'),
    features: tensorOf('input_features'),
  };
  return Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined));
}

export function inputsOf(goldens: Goldens): Record<string, Tensor> {
  return Object.fromEntries(goldens.under('input/'));
}
