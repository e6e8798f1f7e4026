/** The forms in which com.microsoft operators say which keys are padding. Source: onnxruntime, ContribOperators.md, mask_index. */
import type { Tensor } from '../../../tensor.ts';
import { booleanMask } from '../core.ts';
import { asNumbers, type Call, failure } from '../kernel.ts';

/** The value that masked logits get where the node does not say one. */
const MASK_FILTER = -10000;

/** A boolean mask as numbers to be added: 0, or the node's mask_filter_value. */
function filtered(mask: Tensor, call: Call): Tensor {
  const value = typeof call.attributes.mask_filter_value === 'number' ? call.attributes.mask_filter_value : MASK_FILTER;
  return { dtype: 'float32', shape: mask.shape, data: Float32Array.from(mask.data as Uint8Array, (attends) => (attends ? 0 : value)) };
}

/**
 * A key mask, as numbers to be added to the logits [B, 1, T, S], from one of its forms:
 * [B] lengths · [2·B] ends, then starts · [3·B + 2] lengths, then cumulative lengths of queries and keys · [B, S], [B, T, S] 1 = attend ·
 * [B, 1, M, M] 1 = attend, of which the last T rows and the first S columns count.
 * @throws HeadlightError `shape` for any other form
 */
export function keyMask(mask: Tensor, B: number, T: number, S: number, call: Call): Tensor {
  const values = asNumbers(mask.data);
  const rank = mask.shape.length;
  const from = (holds: (b: number, t: number, s: number) => boolean): Tensor => filtered(booleanMask(B, T, S, holds), call);
  if (rank === 1) {
    const length = mask.shape[0]!;
    if (length === 2 * B) return from((b, _, s) => s < values[b]! && s >= values[B + b]!);
    if (length === B || length === 3 * B + 2) return from((b, _, s) => s < values[b]!);
  }
  if (rank === 2) return from((b, _, s) => values[b * S + s]! !== 0);
  if (rank === 3) return from((b, t, s) => values[(b * T + t) * S + s]! !== 0);
  if (rank === 4) {
    const M = mask.shape[3]!;
    return from((b, t, s) => values[(b * M + S - T + t) * M + s]! !== 0);
  }
  throw failure(
    call,
    'shape',
    `a key mask of shape [${mask.shape.join(', ')}] is of no form that is known for ${B} × ${T} queries and ${S} keys.`,
  );
}
