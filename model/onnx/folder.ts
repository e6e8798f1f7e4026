/**
 * What a model folder offers: one file, the variants of a hub layout (`onnx/model_q4.onnx` …), or an encoder and a decoder that are two files
 * of one model. Names and suffixes are conventions, so only names are looked at; no file is opened but the small JSON ones.
 *
 * Source: transformers.js `dtypes.js`, `session_config.js`; optimum file names; RUNTIME C.4.
 */
import { HeadlightError } from '../errors.ts';
import type { Device } from '../protocol/engine.ts';
import { parseObject } from '../safetensors/json.ts';
import type { ModelFolder } from '../source.ts';
import type { ModelConfig } from './feeds.ts';
import { type Variant, variantOf } from './variants.ts';

export interface OnnxPart {
  readonly role: 'model' | 'encoder' | 'decoder';
  readonly path: string;
  /** The file that reads on from this decoder's cache (`decoder_with_past_model.onnx`), where it is another. */
  readonly next?: string;
}

/** One entry of the picker: everything that is opened together. */
export interface OnnxChoice {
  /** In the order in which they run. */
  readonly parts: readonly OnnxPart[];
  readonly variant: Variant;
  /** Bytes of all its files, external data among them. */
  readonly size: number;
}

/** What a choice is judged by. */
export interface Abilities {
  readonly device: Device;
  /** Whether the device computes in float16 (`shader-f16`). */
  readonly half: boolean;
}

/** Above this many bytes a variant with smaller weights is preferred on the CPU, and one below on a GPU. */
const COMFORTABLE: Readonly<Record<Device, number>> = { wasm: 600e6, webgpu: 1800e6 };
const JSON_LIMIT = 16 * 2 ** 20;

/**
 * All models of a folder, those of the hub layout and of the folder itself first.
 * @param entry the file that the user opened, which then is a part of the only choice; '' for the folder
 * @throws HeadlightError `not-found` when the folder has no `.onnx` file
 */
export function onnxChoices(folder: ModelFolder, entry = ''): OnnxChoice[] {
  const paths = folder.files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
  const choices = paths.map((path) => partsOf(paths, path)).filter((parts): parts is OnnxPart[] => parts !== null);
  const unique = new Map(choices.map((parts) => [parts.map(({ path }) => path).join('\n'), parts]));
  const all = [...unique.values()].map((parts) => choiceOf(folder, parts));
  if (!entry) {
    if (all.length === 0)
      throw new HeadlightError('not-found', 'There is no .onnx file in the folder. Export the model, or open its checkpoint.');
    return all;
  }
  const opened = all.filter(({ parts }) => parts.some(({ path }) => path === entry));
  if (opened.length > 0) return opened;
  // A file that another stands for (`decoder_model.onnx` beside the merged one) was asked for by name: it is opened all the same.
  const others = paths.filter((path) => path === entry || !/decoder_(model_merged|with_past)/.test(path));
  return [choiceOf(folder, partsOf(others, entry) ?? [{ role: 'model', path: entry }])];
}

/**
 * Choices, best first: exact weights where they are of comfortable size, else the smallest loss that the device runs well.
 * Half precision is only for devices that compute in it; the CPU runs it slower than single.
 */
export function byPreference(choices: readonly OnnxChoice[], abilities: Abilities): OnnxChoice[] {
  const scored = choices.map((choice, i) => ({ choice, cost: costOf(choice, abilities), i }));
  return scored.sort((a, b) => a.cost - b.cost || a.i - b.i).map(({ choice }) => choice);
}

/** What the device does not run well about a choice. */
export function drawbackOf(
  { variant, size }: OnnxChoice,
  { device, half }: Abilities,
): { readonly slow: boolean; readonly large: boolean } {
  return { slow: variant.half && !half, large: size > COMFORTABLE[device] };
}

function costOf(choice: OnnxChoice, abilities: Abilities): number {
  const { variant, parts } = choice;
  const { slow, large } = drawbackOf(choice, abilities);
  const depth = parts[0]!.path.split('/').length;
  // A folder may hold a part of a model that cannot stand alone (`vision_encoder.onnx`): whole models come first.
  const whole = /(^|\/)(model|encoder_model)/.test(parts[0]!.path) ? 0 : 10;
  return (slow ? 100 : 0) + (large ? 50 : 0) + variant.loss + whole + depth / 10;
}

/** The files that open with this one, or null for one that another stands for. */
function partsOf(paths: readonly string[], path: string): OnnxPart[] | null {
  const [directory, base, rest] = split(path);
  const beside = (name: string) =>
    [`${directory}${name}${rest}`, `${directory}${name}.onnx`].find((other) => paths.includes(other)) ?? null;
  const merged = beside('decoder_model_merged');
  const decoder = merged ?? beside('decoder_model');
  const encoder = beside('encoder_model');
  /** A decoder's file with its encoder's, and with the one of the same variant that reads on from its cache, where there are such. */
  const pair = (own: string, other: string | null): OnnxPart[] => {
    const next = own.replace(/decoder_model(?=[^/]*$)/, 'decoder_with_past_model');
    const reading = own !== merged && paths.includes(next) ? { next } : {};
    if (!other) return [{ role: 'model', path: own, ...reading }];
    return [
      { role: 'encoder', path: other },
      { role: 'decoder', path: own, ...reading },
    ];
  };
  switch (base) {
    case 'encoder_model':
      return decoder ? pair(decoder, path) : [{ role: 'model', path }];
    case 'decoder_model':
      return merged ? null : pair(path, encoder);
    case 'decoder_model_merged':
      return pair(path, encoder);
    case 'decoder_with_past_model':
      return decoder ? null : [{ role: 'model', path }];
    default:
      return [{ role: 'model', path }];
  }
}

const BASES = ['encoder_model', 'decoder_model_merged', 'decoder_with_past_model', 'decoder_model', 'model'];

/** `onnx/decoder_model_merged_q4.onnx` → `onnx/`, `decoder_model_merged`, `_q4.onnx`. */
function split(path: string): [directory: string, base: string, rest: string] {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const file = path.slice(directory.length);
  const base = BASES.find((name) => file.startsWith(name)) ?? file.replace(/\.onnx$/, '');
  return [directory, base, file.slice(base.length)];
}

function choiceOf(folder: ModelFolder, parts: readonly OnnxPart[]): OnnxChoice {
  const size = parts.reduce((sum, { path }) => sum + sizeWithData(folder, path), 0);
  return { parts, variant: variantOf(parts.at(-1)!.path), size };
}

/** A file and what its name says is its external data: `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`. */
function sizeWithData(folder: ModelFolder, path: string): number {
  const own = folder.files.filter(
    (file) => file.path === path || (file.path.startsWith(path) && /^[._]data(_\d+)?$/.test(file.path.slice(path.length))),
  );
  return own.reduce((sum, { size }) => sum + size, 0);
}

/** The path of a file that belongs to a model: beside it, or in a folder above (`onnx/model.onnx`, `config.json`); null where there is none. */
export function beside(folder: ModelFolder, path: string, name: string): string | null {
  const known = new Set(folder.files.map((file) => file.path));
  const parts = path.split('/').slice(0, -1);
  for (let depth = parts.length; depth >= 0; depth--) {
    const candidate = [...parts.slice(0, depth), name].join('/');
    if (known.has(candidate)) return candidate;
  }
  return null;
}

/**
 * A JSON file of the model (`config.json`, `generation_config.json` …), or null where there is none.
 * @throws HeadlightError `format` for one that is no JSON object, `limit` beyond 16 MB
 */
export async function readModelJson(folder: ModelFolder, path: string, name: string): Promise<ModelConfig> {
  const found = beside(folder, path, name);
  if (!found) return null;
  const source = folder.open(found);
  if (source.size > JSON_LIMIT) throw new HeadlightError('limit', `${found} has ${source.size} bytes, more than any configuration.`);
  return parseObject(found, await source.read(0, source.size)).object;
}

/**
 * The configuration of a model: `config.json`, with what only `generation_config.json` says (the decoder's first token) beneath it.
 */
export async function readModelConfig(folder: ModelFolder, path: string): Promise<ModelConfig> {
  const config = await readModelJson(folder, path, 'config.json');
  const generation = await readModelJson(folder, path, 'generation_config.json');
  return config && generation ? { ...generation, ...config } : (config ?? generation);
}
