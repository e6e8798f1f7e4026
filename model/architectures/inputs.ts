/** Inputs that many models have, under the names that exporters give them. */
import type { Build, InputSpec } from '../blocks/module.ts';

const tokens = (name: string, fill: InputSpec['fill']): InputSpec => ({ name, dtype: 'int64', shape: ['B', 'T'], fill });

/**
 * Token ids, int64 [B, T].
 * @param otherwise the token that stands for no text at all, in models that have something else to look at
 */
export function inputIds<T>(build: Build<T>, otherwise?: number): T {
  return build.input(tokens('input_ids', otherwise === undefined ? { by: 'user' } : { by: 'user', otherwise }));
}

/** 1 = a token, 0 = padding; int64 [B, T]. */
export function attentionMask<T>(build: Build<T>): T {
  return build.input(tokens('attention_mask', { by: 'constant', value: 1 }));
}

/** Which text of a pair a token belongs to, int64 [B, T]. */
export function tokenTypeIds<T>(build: Build<T>): T {
  return build.input(tokens('token_type_ids', { by: 'constant', value: 0 }));
}

/** Where a token stands, int64 [B, T]. */
export function positionIds<T>(build: Build<T>): T {
  return build.input(tokens('position_ids', { by: 'count' }));
}
