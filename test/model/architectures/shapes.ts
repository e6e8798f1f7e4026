/** Counts the numbers of a model from the shapes that its family's blocks ask for: no weights are needed, any size can be counted. */

import { familyOf } from '../../../model/architectures/registry.ts';
import type { Build } from '../../../model/blocks/module.ts';
import { Module } from '../../../model/blocks/module.ts';
import { operators } from '../../../model/ops/ops.ts';
import { Config } from '../../../model/safetensors/config.ts';
import { sizeOf } from '../../../model/tensor.ts';

/** Every tensor once, by name; output weights are those of the embedding. */
export function shapesOf(settings: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const value = 'a value';
  const build: Build<string> = {
    ops: operators<string>({
      apply: (_op, _inputs, _attributes, outputs = 1) => new Array<string>(outputs).fill(value),
      constant: () => value,
      scan: (body, carried, sequences) => ({
        carried: [...body(carried, sequences).carried],
        results: [...body(carried, sequences).results],
      }),
    }),
    has: (name) => !name.startsWith('lm_head'),
    weight: (name, shape) => {
      shapes.set(name, shape);
      return value;
    },
    input: () => value,
    given: () => false,
    record: () => value,
    stage: () => value,
    cache: null,
    attend: () => undefined,
    output: () => undefined,
    warn: () => undefined,
  };
  const config = new Config(settings, 'the test');
  familyOf(config).build(new Module(build, ''), config);
  return shapes;
}

export const numbersOf = (settings: Readonly<Record<string, unknown>>): number =>
  [...shapesOf(settings).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);

/** The four sizes of Radford et al. 2019, table 2: layers and width. */
export const GPT2_SIZES = [
  [12, 768],
  [24, 1024],
  [36, 1280],
  [48, 1600],
] as const;

/** @param vocabulary 50,257 in the files; the paper's own numbers of parameters come out with the 40,478 of the first GPT */
export const gpt2Of = ([n_layer, n_embd]: readonly [number, number], vocabulary: number) => ({
  ...{ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], tie_word_embeddings: true },
  ...{ n_layer, n_embd, n_head: n_embd / 64, n_positions: 1024, vocab_size: vocabulary },
});
