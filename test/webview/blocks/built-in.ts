/** The built-in recurrent translators, as the page has them and as plain rows of numbers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../../model/tensor.ts';
import { readTranslator, type Translator } from '../../../webview/blocks/dictionary.ts';
import { root } from '../../tools/environment.mjs';
import type { PlainTranslator, Rows } from './plain.ts';

export type Kind = 'dot' | 'bahdanau';

export const builtInTranslator = (kind: Kind): Promise<Translator> =>
  readTranslator(readFileSync(join(root, 'media/blocks', `${kind}.safetensors`)), kind);

function rows({ shape, data }: Tensor): number[][] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, r) => Array.from(data.slice(r * width, (r + 1) * width), Number));
}

export function plainOf({ weights, score }: Translator): PlainTranslator {
  const of = (name: string): Rows => rows(weights[name]!);
  const line = (name: string): readonly number[] => of(name)[0]!;
  const cell = (place: string, suffix = ''): [Rows, Rows] => {
    const [W, U] = [of(`${place}.weight_ih${suffix}`), of(`${place}.weight_hh${suffix}`)];
    return [W.map((row, i) => [...row, ...U[i]!]), line(`${place}.bias_ih${suffix}`).map((b) => [b])];
  };
  const common = {
    sourceRows: of('source_embedding.weight'),
    targetRows: of('target_embedding.weight'),
    decoder: cell(`${score}.cell`),
    head: of(`${score}.head.weight`),
    headBias: line(`${score}.head.bias`),
  };
  if (score === 'dot') return { ...common, encoder: [cell('encoder', '_l0')], combine: of('dot.combine.weight') };
  const [start, startBias] = [of('bahdanau.start.weight'), line('bahdanau.start.bias')];
  const additive = {
    query: of('bahdanau.query.weight'),
    key: of('bahdanau.key.weight'),
    score: line('bahdanau.score.weight'),
    start,
    startBias,
  };
  return { ...common, encoder: [cell('encoder_bidirectional', '_l0'), cell('encoder_bidirectional', '_l0_reverse')], additive };
}
