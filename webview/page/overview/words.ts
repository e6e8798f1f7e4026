/** What a model is, in words. */
import { shortType } from '../../../model/explore/types.ts';
import type { SiteFacts, SiteKind } from '../../../model/protocol/engine.ts';
import type { AttentionFacts, PageFacts, TensorRow } from '../../../model/protocol/explorer.ts';
import { count } from '../../draw/numbers.ts';

/** `bert · 12 layers × 12 heads · 110 M parameters · f32`. */
export function summary(facts: PageFacts, attention: AttentionFacts | null): string {
  const stacks = attention ? stacksOf(attention.sites) : [];
  const layers = stacks.filter(({ kind }) => kind !== 'cross').map(({ sites }) => `${sites.length} layers × ${headsOf(sites)} heads`);
  const [main] = typesOf(facts.tensors);
  return [
    facts.architecture ?? 'unknown architecture',
    ...layers,
    `${count(facts.parameters)} parameters`,
    main ? shortType(main.dtype) : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

export interface StackOf {
  readonly kind: SiteKind;
  readonly sites: readonly SiteFacts[];
}

/** Places of attention by kind, in the order in which the model has them. */
export function stacksOf(sites: readonly SiteFacts[]): StackOf[] {
  const kinds = [...new Set(sites.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ kind, sites: sites.filter((site) => site.kind === kind) }));
}

/** `12`, or `4–8` where layers differ. */
export function headsOf(sites: readonly SiteFacts[]): string {
  const heads = sites.map((site) => site.heads);
  const [least, most] = [Math.min(...heads), Math.max(...heads)];
  return least === most ? String(least) : `${least}–${most}`;
}

export interface TypeShare {
  readonly dtype: string;
  readonly tensors: number;
  readonly values: number;
  readonly bytes: number;
}

/** Element types, the one of most bytes first. */
export function typesOf(tensors: readonly TensorRow[]): TypeShare[] {
  const types = new Map<string, { tensors: number; values: number; bytes: number }>();
  for (const { dtype, values, bytes } of tensors) {
    const share = types.get(dtype) ?? { tensors: 0, values: 0, bytes: 0 };
    share.tensors += 1;
    share.values += values;
    share.bytes += bytes;
    types.set(dtype, share);
  }
  return [...types].map(([dtype, share]) => ({ dtype, ...share })).sort((a, b) => b.bytes - a.bytes);
}

/** `[batch, 12, 768]`; a nameless free length is `?`. */
export function shapeWords(shape: readonly (number | string | null)[] | null): string {
  return shape ? `[${shape.map((axis) => axis ?? '?').join(', ')}]` : '';
}

export const KINDS: Readonly<Record<SiteKind, string>> = {
  self: 'Self-attention',
  encoder: 'Encoder',
  decoder: 'Decoder',
  cross: 'Cross-attention',
  vision: 'Vision',
  text: 'Text',
};
