import { HeadlightError } from '../errors.ts';

/**
 * Length of what each key adds to the residual stream when a head looks at it with weight 1.
 *
 * Formula: ‖v_s · W_O‖₂
 * @param values v of one head, biases included: [S, d]
 * @param output the rows of W_O that belong to the head: [d, D]
 * @returns [S]
 * @throws HeadlightError `shape` when the sizes do not fit
 * Source: Kobayashi et al. 2020, Attention is Not Only a Weight, section 3.
 */
export function valueNorms(values: Float32Array, output: Float32Array, S: number, d: number, D: number): Float32Array {
  if (values.length !== S * d || output.length !== d * D) {
    const given = `${values.length} values and ${output.length} output weights`;
    throw new HeadlightError('shape', `${given} were given, expected S·d = ${S * d} and d·D = ${d * D}.`);
  }
  return Float32Array.from({ length: S }, (_, s) => {
    let squares = 0;
    for (let column = 0; column < D; column++) {
      let sum = 0;
      for (let n = 0; n < d; n++) sum += values[s * d + n]! * output[n * D + column]!;
      squares += sum * sum;
    }
    return Math.sqrt(squares);
  });
}

/**
 * Value-weighted attention: how much each key really adds, which a large weight on a short value does not say.
 *
 * Formula: ‖α_ts · v_s · W_O‖₂ = α_ts · ‖v_s · W_O‖₂
 * @param weights [T, S]
 * @param norms [S], of `valueNorms`
 * @returns [T, S], in units of the residual stream, not normalised
 * @throws HeadlightError `shape` when the sizes do not fit
 */
export function valueWeighted(weights: Float32Array, norms: Float32Array, T: number, S: number): Float32Array {
  if (weights.length !== T * S || norms.length !== S) {
    throw new HeadlightError(
      'shape',
      `${weights.length} weights and ${norms.length} norms were given, expected T·S = ${T * S} and S = ${S}.`,
    );
  }
  return weights.map((weight, n) => weight * norms[n % S]!);
}
