/**
 * The families that are known, and how to add one.
 *
 * ## Adding a family
 * 1. Write `architectures/<family>.ts` with one exported `Family`: `modelTypes` (as in `config.json`), `prefix` (of the base model's
 *    tensors), `describe` (configuration → facts) and `build` (configuration + tensor names → blocks).
 * 2. Add it to `FAMILIES` below.
 * 3. Put its golden folder into `test/data/checkpoints` (see its `make/`). `test/model/architectures` finds it by itself and checks
 *    every stage, with the reference and with the emitted graph.
 *
 * ## How `build` is written
 * - Inputs by `inputs.ts` (`inputIds(build)`, `attentionMask(build)` …): a run that does not give one fills it as its `fill` says.
 * - A `Module` is a place in the checkpoint. `layer.at('attention.self.query')` is a module inside; `module.weight(name, shape)` gives a
 *   weight as float32 and checks its shape; blocks (`linear`, `layerNorm`, `embedding` …) take a module and record their result as the stage
 *   `stage/<path>`, which is what goldens call it. Record results that no block records by `module.record(value)`.
 * - `build.record('hidden/<i>', x)`: hidden states as Hugging Face returns them; 0 is the embedding.
 * - `attention(module, { query, key, value }, settings)` records `attention/<kind>/<layer>/q|k|v|scores|weights|context` and writes the
 *   site down, so that nobody has to search the graph for it. Kind: `self` for one stack; `encoder`, `decoder`, `cross`; `vision`, `text`.
 * - `build.output('logits', y)`: names as Hugging Face's (`logits`, `last_hidden_state`, `pooler_output`).
 * - Lengths B, T, S are free: use `reshape` with 0 (keep) and −1, and `countAlong` for positions, never numbers. Sizes (H, d, D …) come
 *   from the configuration. An option that `build` does not do is refused by name (`refuseUnless`).
 */
import { HeadlightError } from '../errors.ts';
import type { Config } from '../safetensors/config.ts';
import { albert } from './albert.ts';
import { bart } from './bart.ts';
import { bert } from './bert.ts';
import { bloom } from './bloom.ts';
import { clip } from './clip.ts';
import { ctrl } from './ctrl.ts';
import { deberta } from './deberta.ts';
import { deit } from './deit.ts';
import { dinov2, dinov2WithRegisters } from './dinov2.ts';
import { dinov3 } from './dinov3.ts';
import { distilbert } from './distilbert.ts';
import { dit } from './dit.ts';
import { electra } from './electra.ts';
import { ernie } from './ernie.ts';
import { falcon } from './falcon.ts';
import type { Family } from './family.ts';
import { fsmt } from './fsmt.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { marian } from './marian.ts';
import { mbart } from './mbart.ts';
import { mistral } from './mistral.ts';
import { modernbert } from './modernbert.ts';
import { mpt } from './mpt.ts';
import { openaiGpt } from './openai-gpt.ts';
import { opt } from './opt.ts';
import { qwen2, qwen3 } from './qwen.ts';
import { roberta } from './roberta.ts';
import { swin } from './swin.ts';
import { t5 } from './t5.ts';
import { transfoXl } from './transfo-xl.ts';
import { vit } from './vit.ts';
import { whisper } from './whisper.ts';
import { xlnet } from './xlnet.ts';

export const FAMILIES: readonly Family[] = [
  bert,
  gpt2,
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3,
  roberta,
  electra,
  ernie,
  distilbert,
  albert,
  modernbert,
  bloom,
  mpt,
  gptNeox,
  opt,
  falcon,
  openaiGpt,
  ctrl,
  deberta,
  xlnet,
  transfoXl,
  t5,
  bart,
  mbart,
  marian,
  fsmt,
  whisper,
  vit,
  deit,
  dinov2,
  dinov2WithRegisters,
  dinov3,
  clip,
  swin,
  dit,
];

/**
 * The family of a configuration.
 * @throws HeadlightError `unsupported` when none of the families is meant, or when the weights are quantised
 */
export function familyOf(config: Config): Family {
  const type = config.text(['model_type', '_class_name'], '');
  const family = FAMILIES.find((candidate) => candidate.modelTypes.includes(type));
  if (family === undefined) throw new HeadlightError('unsupported', unknown(config, type));
  if (config.has('quantization_config')) {
    const method = config.section('quantization_config').text('quant_method', 'an unnamed method');
    throw new HeadlightError(
      'unsupported',
      `${config.where}: the weights are quantised (${method}), which is not read here. Use the unquantised checkpoint.`,
    );
  }
  return family;
}

function unknown(config: Config, type: string): string {
  const known = FAMILIES.flatMap((family) => family.modelTypes).join(', ');
  const classes = config.texts('architectures', []).join(', ');
  const said = type === '' ? 'has neither model_type nor _class_name' : `says model_type ${type}`;
  return `${config.where} ${said}${classes === '' ? '' : ` (${classes})`}; looked for one of ${known}.`;
}

/** Every `model_type` that is known. */
export function familyTypes(): string[] {
  return FAMILIES.flatMap((family) => family.modelTypes);
}
