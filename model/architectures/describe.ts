/**
 * What a checkpoint is, from its configuration and the headers of its weights alone.
 */

import type { ModelFacts } from '../protocol/engine.ts';
import type { Checkpoint } from '../safetensors/checkpoint.ts';
import type { TensorPlace } from '../safetensors/header.ts';
import { table } from '../table.ts';
import { sizeOf } from '../tensor.ts';
import { familyOf } from './registry.ts';

/**
 * The facts of a checkpoint; nothing but configuration and headers has been read.
 * @throws HeadlightError `unsupported` for a family or an option that is not known here
 */
export function describeCheckpoint(checkpoint: Checkpoint): ModelFacts {
  const { config, tensors, weights } = checkpoint;
  const floats = [...tensors.values()].filter(({ stored }) => /^B?F\d/.test(stored));
  return {
    path: weights,
    format: 'safetensors',
    ...familyOf(config).describe(config),
    parameters: floats.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    dtype: mostCommonType(floats),
    quantization: null,
  };
}

const TYPE_IN_WORDS: Readonly<Record<string, string>> = table({ F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16' });

/** The type that most elements are stored in. */
function mostCommonType(places: readonly TensorPlace[]): string {
  const elements = new Map<string, number>();
  for (const { stored, shape } of places) elements.set(stored, (elements.get(stored) ?? 0) + sizeOf(shape));
  const [stored = 'F32'] = [...elements].sort((a, b) => b[1] - a[1])[0] ?? [];
  return TYPE_IN_WORDS[stored] ?? stored;
}
