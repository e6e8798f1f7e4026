/** Tokens of a run hidden, removed or exchanged, patches covered: what goes into a run that asks what they did. */
import { HeadlightError } from '../errors.ts';
import type { RunParams } from '../protocol/engine.ts';
import { type Cover, covered } from './patches.ts';

/**
 * What happens to tokens. `hide`: nobody may look at them (attention mask 0), their places stay. `remove`: the text is run without them, later
 * tokens move up. `exchange`: another token stands in their place ([MASK]). `cover`: patches of a picture get one colour.
 */
export type Edit = { readonly how: 'hide' | 'remove' } | { readonly how: 'exchange'; readonly id: number } | Cover;

/** Whose tokens are meant: the text's, or in an encoder–decoder the target's. */
export type EditSide = 'source' | 'target';

export interface Edited {
  readonly params: RunParams;
  /** Where a position of the unchanged text is now; null for one that was removed. */
  readonly moved: (position: number) => number | null;
}

/**
 * @param tokens positions, each within the side's text; of a picture its patches
 * @throws HeadlightError `input` when no token would be left, or a run without a picture is to be covered
 */
export function edited(params: RunParams, tokens: readonly number[], edit: Edit, side: EditSide = 'source'): Edited {
  const chosen = new Set(tokens);
  if (edit.how === 'hide') return { params: { ...params, ...hidden(params, chosen) }, moved: (position) => position };
  if (edit.how === 'cover') {
    if (!params.pixelValues) throw new HeadlightError('input', 'The run has no picture that could be covered.');
    return { params: { ...params, pixelValues: covered(params.pixelValues, tokens, edit) }, moved: (position) => position };
  }
  const field = side === 'target' ? 'targetIds' : 'ids';
  const ids = params[field] ?? [];
  if (edit.how === 'exchange') {
    return { params: { ...params, [field]: ids.map((id, i) => (chosen.has(i) ? edit.id : id)) }, moved: (position) => position };
  }
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => !chosen.has(i));
  const left = kept(ids);
  if (left.length === 0) throw new HeadlightError('input', 'No token would be left.');
  const { typeIds, attentionMask } = params;
  const beside =
    side === 'source' ? { ...(typeIds && { typeIds: kept(typeIds) }), ...(attentionMask && { attentionMask: kept(attentionMask) }) } : {};
  const before = (position: number): number => tokens.filter((token) => token < position).length;
  return {
    params: { ...params, [field]: left, ...beside },
    moved: (position) => (chosen.has(position) ? null : position - before(position)),
  };
}

/** The mask with more tokens out of sight. Only the text itself has a mask that a run can change. */
function hidden({ ids = [], attentionMask }: RunParams, chosen: ReadonlySet<number>): Pick<RunParams, 'attentionMask'> {
  return { attentionMask: Array.from(ids, (_, i) => (chosen.has(i) ? 0 : (attentionMask?.[i] ?? 1))) };
}
