/** Which block of `model/blocks` a step is: file and function, to be opened beside. */
import type { WalkStep } from '../../../model/protocol/walk.ts';

export interface CodePlace {
  readonly file: string;
  readonly symbol: string;
}

const ATTENTION: CodePlace = { file: 'attention.ts', symbol: 'attention' };

const BY_KIND: Readonly<Partial<Record<WalkStep['kind'], CodePlace>>> = {
  embedding: { file: 'embedding.ts', symbol: 'embedding' },
  linear: { file: 'linear.ts', symbol: 'linear' },
  convolution: { file: 'patches.ts', symbol: 'patchEmbedding' },
  activation: { file: 'activations.ts', symbol: 'activation' },
  softmax: { file: 'attention.ts', symbol: 'maskedSoftmax' },
  mask: { file: 'attention.ts', symbol: 'maskedSoftmax' },
  heads: { file: 'heads.ts', symbol: 'splitHeads' },
  joined: { file: 'heads.ts', symbol: 'mergeHeads' },
  rotation: { file: 'positions/rotary.ts', symbol: 'rotate' },
  residual: { file: 'residual.ts', symbol: 'preNorm' },
  gate: { file: 'feed-forward.ts', symbol: 'gatedFeedForward' },
  concat: { file: 'patches.ts', symbol: 'withTokens' },
};

/** Null for steps that no block stands for. */
export function codeOf({ kind, role, operators }: WalkStep): CodePlace | null {
  if (kind === 'norm') return { file: 'norms.ts', symbol: /Sub|LayerNormalization/.test(operators) ? 'layerNorm' : 'rmsNorm' };
  if (role === 'products' || role === 'context' || role === 'scores') return ATTENTION;
  if (kind === 'scale' || kind === 'add') return ATTENTION;
  return BY_KIND[kind] ?? null;
}
