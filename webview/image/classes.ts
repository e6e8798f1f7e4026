/** What a classifier says about a picture. */
import type { RunResult } from '../../model/protocol/engine.ts';
import type { Engine } from '../state/types.ts';

export interface ClassShare {
  readonly index: number;
  readonly label: string;
  /** Softmax of the logits, 0 to 1. */
  readonly probability: number;
}

/** The logits [1, classes] of a run, null where the model has no such output. */
export async function classLogits(engine: Engine, run: RunResult): Promise<ArrayLike<number> | null> {
  const output = run.outputs.find(({ name, shape }) => name === 'logits' && shape.length === 2 && shape[0] === 1);
  if (!output) return null;
  const { data } = await engine.request('output', { run: run.run, name: output.name });
  return Array.from<number | bigint, number>(data, Number);
}

/**
 * Probabilities by class, largest first: exp(z − max z) / Σ exp(z − max z).
 * @param config the model's config.json; classes that its `id2label` does not name are called `class n`, counted from 0 as there
 */
export function classShares(logits: ArrayLike<number>, config: unknown): ClassShare[] {
  const named = (config as { id2label?: Readonly<Record<string, unknown>> } | null)?.id2label ?? {};
  const all = Array.from(logits);
  const top = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = all.map((z) => Math.exp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers
    .map((power, index) => {
      const label = named[String(index)];
      return { index, label: typeof label === 'string' ? label : `class ${index}`, probability: power / sum };
    })
    .sort((a, b) => b.probability - a.probability);
}
