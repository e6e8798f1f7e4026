/** Operators that attend without a T × S matrix of weights, or whose matrix cannot be had here: what to say and what to do. */
import type { Refusal } from '../../protocol/engine.ts';

type Words = Omit<Refusal, 'where'>;

const STATE: Words = {
  reason: 'linear attention keeps a state of fixed size instead of a T × S matrix: there are no weights to show',
  advice: 'Look at the softmax layers of the model, if it has any.',
};
const CUDA = 'Export the model without this fusion (for the CPU or the web target).';

export const REFUSED: Readonly<Record<string, Words>> = {
  'com.microsoft::LinearAttention': STATE,
  'com.microsoft::GatedDeltaNet': STATE,
  LinearAttention: STATE,
  'com.microsoft::CausalConvWithState': STATE,
  'com.microsoft::LongformerAttention': {
    reason: 'windowed attention of Longformer runs on CUDA alone, and its weights are bands of the T × S matrix, not the matrix',
    advice: CUDA,
  },
  'com.microsoft::PackedAttention': { reason: 'packed attention (padding removed) runs on CUDA alone', advice: CUDA },
  'com.microsoft::PackedMultiHeadAttention': { reason: 'packed attention (padding removed) runs on CUDA alone', advice: CUDA },
  'com.microsoft::PagedAttention': { reason: 'attention over a paged cache runs on CUDA alone', advice: CUDA },
  'com.microsoft::DecoderMaskedSelfAttention': {
    reason: 'this operator of generation loops runs on CUDA alone and gives no weights',
    advice: 'Use the plain decoder model: it computes the same layers.',
  },
  'com.microsoft::DecoderAttention': {
    reason: 'this operator of generation loops runs on CUDA alone and gives no weights',
    advice: 'Use the plain decoder model: it computes the same layers.',
  },
  'com.microsoft::SparseAttention': { reason: 'the block layout of this sparse attention is not stored in the file', advice: CUDA },
};

/** Said when an operator that is known comes in a form that is not. */
export function unknownForm(operator: string): Words {
  return {
    reason: `this form of ${operator} is not known to Headlight, so its weights cannot be recomputed`,
    advice: 'Export the model unfused.',
  };
}
