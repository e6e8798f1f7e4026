/** What does not fit in a model's `config.json`: numbers against each other, against the weights beside it, and against what Headlight can read. */
import { describeCheckpoint } from '../architectures/describe.ts';
import { emitModel } from '../architectures/emit.ts';
import { asHeadlightError } from '../errors.ts';
import { type Checkpoint, readTensors } from '../safetensors/checkpoint.ts';
import { normaliseConfig } from '../safetensors/config.ts';
import type { TensorPlace } from '../safetensors/header.ts';
import type { ModelFolder } from '../source.ts';

export interface ConfigProblem {
  /** Key that it is about, null for the file as a whole. */
  readonly key: string | null;
  readonly message: string;
  /** `error`: the numbers contradict each other; `warning`: something cannot be used; `hint`: something is missing. */
  readonly severity: 'error' | 'warning' | 'hint';
  /** The number that the weights have, where putting it there cannot make anything worse. */
  readonly fix?: { readonly value: number; readonly why: string };
}

type Values = Readonly<Record<string, unknown>>;

/** The first of several spellings that holds a whole number. */
function find(values: Values, ...keys: string[]): { readonly key: string; readonly value: number } | null {
  for (const key of keys) {
    const value = values[key];
    if (typeof value === 'number' && Number.isInteger(value)) return { key, value };
  }
  return null;
}

const WIDTH = ['hidden_size', 'n_embd', 'd_model', 'dim'];
const HEADS = ['num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'encoder_attention_heads'];
const LAYERS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'];
const EMBEDDINGS = /(^|\.)(embed_tokens|word_embeddings|wte|shared|tok_embeddings|tokens_embed)\.weight$/;
const POSITIONS = /(^|\.)(position_embeddings|wpe|embed_positions)\.weight$/;
const LAYER = /(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\./;

/** Contradictions between the configuration's own numbers. */
export function numberProblems(values: Values): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const [width, heads, groups] = [find(values, ...WIDTH), find(values, ...HEADS), find(values, 'num_key_value_heads')];
  const own = find(values, 'head_dim', 'd_kv', 'attention_head_size');
  if (width && heads && heads.value > 0 && !own && width.value % heads.value !== 0) {
    const each = `${width.value} / ${heads.value} = ${Number((width.value / heads.value).toFixed(3))}`;
    problems.push({ key: heads.key, severity: 'error', message: `${heads.key} does not divide ${width.key}: ${each} is no whole head.` });
  }
  if (heads && groups && groups.value > 0 && heads.value % groups.value !== 0) {
    problems.push({
      key: groups.key,
      severity: 'error',
      message: `${heads.value} query heads cannot share ${groups.value} heads of keys and values evenly: ${groups.key} must divide ${heads.key}.`,
    });
  }
  for (const found of [width, heads, groups, find(values, ...LAYERS), find(values, 'vocab_size')]) {
    if (found && found.value <= 0)
      problems.push({ key: found.key, severity: 'error', message: `${found.key} is ${found.value}; it must be at least 1.` });
  }
  return problems;
}

/** Contradictions between the configuration and the tensors beside it. */
export function tensorProblems(values: Values, tensors: ReadonlyMap<string, TensorPlace>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const differ = (found: { key: string; value: number } | null, actual: number | undefined, what: string) => {
    if (!found || actual === undefined || actual === found.value) return;
    const message = `${found.key} is ${found.value}, but ${what} ${actual}.`;
    problems.push({ key: found.key, severity: 'error', message, fix: { value: actual, why: 'as the weights have it' } });
  };
  const table = [...tensors.values()].find(({ name, shape }) => shape.length === 2 && EMBEDDINGS.test(name));
  differ(find(values, 'vocab_size'), table?.shape[0], `the table ${table?.name} has rows:`);
  if (!find(values, 'embedding_size', 'word_embed_proj_dim'))
    differ(find(values, ...WIDTH), table?.shape[1], `the rows of ${table?.name} have numbers:`);
  const positions = [...tensors.values()].find(({ name, shape }) => shape.length === 2 && POSITIONS.test(name));
  const said = find(values, 'max_position_embeddings', 'n_positions');
  if (said && positions && positions.shape[0]! < said.value)
    problems.push({
      key: said.key,
      severity: 'error',
      message: `${said.key} is ${said.value}, but ${positions.name} has only ${positions.shape[0]} positions.`,
      fix: { value: positions.shape[0]!, why: 'as the weights have it' },
    });
  const numbers = new Set([...tensors.keys()].flatMap((name) => LAYER.exec(name)?.[1] ?? []));
  if (values['is_encoder_decoder'] !== true) differ(find(values, ...LAYERS), numbers.size || undefined, 'the weights have layers:');
  return problems;
}

/** Everything that can be said of a folder's `config.json`, whose text may be newer than the file. */
export async function configProblems(folder: ModelFolder, values: Values): Promise<ConfigProblem[]> {
  const names = folder.files.map(({ path }) => path);
  const weights =
    names.find((name) => name.endsWith('.safetensors.index.json')) ??
    names.find((name) => /(^|\/)(model|diffusion_pytorch_model)?[^/]*\.safetensors$/.test(name));
  const graphs = names.some((name) => name.endsWith('.onnx'));
  const problems = numberProblems(values);
  if (weights === undefined && !graphs) {
    problems.push({
      key: null,
      severity: 'hint',
      message: 'There are no weights beside this configuration that Headlight reads (.safetensors or .onnx).',
    });
    return problems;
  }
  if (typeof values['vocab_size'] === 'number' && !names.some((name) => /(^|\/)(tokenizer\.json|vocab\.(json|txt))$/.test(name)))
    problems.push({
      key: 'vocab_size',
      severity: 'hint',
      message: 'There is no tokenizer.json beside the model: text cannot be cut into its tokens.',
    });
  if (weights === undefined) return problems;
  try {
    const tensors = await readTensors(folder, weights);
    problems.push(...tensorProblems(values, tensors));
    // Graphs are run as they are; only weights need a family that is known.
    if (!graphs && problems.every(({ severity }) => severity !== 'error'))
      problems.push(...familyProblems({ folder, weights, config: normaliseConfig(values), tensors }));
  } catch (error) {
    problems.push({ key: null, severity: 'warning', message: asHeadlightError(error, 'read', 'The weights cannot be read').message });
  }
  return problems;
}

/** What the family refuses, in its own sentence. */
function familyProblems(checkpoint: Checkpoint): ConfigProblem[] {
  try {
    describeCheckpoint(checkpoint);
    emitModel(checkpoint);
    return [];
  } catch (error) {
    const key = 'model_type' in checkpoint.config.values ? 'model_type' : null;
    return [{ key, severity: 'warning', message: asHeadlightError(error, 'unsupported', 'The model cannot be run').message }];
  }
}
