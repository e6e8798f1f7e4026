/**
 * The forms in which a folder holds its model: exported graphs, one for each variant, and the checkpoint. Only names and sizes are looked at.
 */
import { type Abilities, byPreference, drawbackOf, type OnnxChoice, onnxChoices } from './onnx/folder.ts';
import type { Device } from './protocol/engine.ts';
import { findCheckpoint } from './safetensors/checkpoint.ts';
import type { ModelFolder } from './source.ts';

export interface Form {
  /** What opens it, as `ModelFiles.entry`. */
  readonly entry: string;
  readonly format: 'onnx' | 'safetensors';
  /** The files that are opened together, in the order in which they run. */
  readonly files: readonly string[];
  /** Precision: `4-bit weights`. */
  readonly words: string;
  /** Bytes, external data and shards among them. */
  readonly size: number;
  /** It is opened when nobody chose. */
  readonly preferred: boolean;
  /** Why it is preferred, or what speaks against it; null when nothing does. */
  readonly note: string | null;
}

/** What the folder's files do not tell by their names. */
export interface FormFacts {
  /** Number type of the checkpoint (`f32`) by its configuration, null when that does not say. */
  readonly dtype: string | null;
  /** The checkpoint is opened although there are graphs; only for a folder that has one. */
  readonly checkpointFirst: boolean;
}

const DEVICES: Readonly<Record<Device, string>> = { wasm: 'the CPU', webgpu: 'WebGPU' };

/** Every form that the folder holds, the preferred one first; none for a folder without weights. */
export function formsOf(folder: ModelFolder, abilities: Abilities, facts: FormFacts): Form[] {
  const choices = folder.files.some(({ path }) => path.endsWith('.onnx')) ? byPreference(onnxChoices(folder), abilities) : [];
  const graphs = choices.map((choice, i) => graphForm(choice, choices, abilities, i === 0 && !facts.checkpointFirst));
  const weights = findCheckpoint(folder);
  if (weights === null) return graphs;
  const checkpoint = checkpointForm(folder, weights, facts, graphs.length > 0);
  return checkpoint.preferred ? [checkpoint, ...graphs] : [...graphs, checkpoint];
}

function graphForm(choice: OnnxChoice, choices: readonly OnnxChoice[], abilities: Abilities, preferred: boolean): Form {
  const form: Form = {
    entry: entryOf(choice, choices),
    format: 'onnx',
    files: choice.parts.map(({ path }) => path),
    words: choice.variant.words,
    size: choice.size,
    preferred: false,
    note: drawbackWords(choice, abilities),
  };
  return preferred ? preferredGraph(form, choice, abilities) : form;
}

/** A file that no other choice has, so that it names this one. */
function entryOf({ parts }: OnnxChoice, choices: readonly OnnxChoice[]): string {
  const owners = (path: string) => choices.filter((choice) => choice.parts.some((part) => part.path === path)).length;
  return (parts.find(({ path }) => owners(path) === 1) ?? parts.at(-1)!).path;
}

function preferredGraph(form: Form, { variant }: OnnxChoice, { device }: Abilities): Form {
  const why = form.note
    ? `the best of those that are there, though ${form.note}`
    : variant.loss === 0
      ? `weights that nobody rounded, and ${DEVICES[device]} runs it well`
      : `the least rounding that ${DEVICES[device]} runs well`;
  return { ...form, preferred: true, note: why };
}

function drawbackWords(choice: OnnxChoice, abilities: Abilities): string | null {
  const { slow, large } = drawbackOf(choice, abilities);
  if (slow) return `${DEVICES[abilities.device]} computes half precision slower than single`;
  return large ? `it is large for ${DEVICES[abilities.device]}` : null;
}

function checkpointForm(folder: ModelFolder, weights: string, { dtype, checkpointFirst }: FormFacts, graphs: boolean): Form {
  const files = weights.endsWith('.index.json')
    ? folder.files.filter(({ path }) => path.endsWith('.safetensors') && !path.includes('/'))
    : folder.files.filter(({ path }) => path === weights);
  const preferred = checkpointFirst || !graphs;
  return {
    entry: weights,
    format: 'safetensors',
    files: [weights],
    words: dtype === null ? 'checkpoint' : `checkpoint, ${dtype}`,
    size: files.reduce((sum, { size }) => sum + size, 0),
    preferred,
    note: graphs ? 'every step of the model has its name in it' : null,
  };
}
