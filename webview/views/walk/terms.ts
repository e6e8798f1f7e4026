/** Which word of the glossary a block of the walk is about. */
import type { TermId } from '../../../model/glossary.ts';
import type { WalkStep } from '../../../model/protocol/walk.ts';

const BY_ROLE: Readonly<Partial<Record<NonNullable<WalkStep['role']>, TermId>>> = {
  query: 'query',
  key: 'key',
  value: 'value',
  products: 'score',
  scores: 'score',
  weights: 'softmax',
  context: 'attention',
};

const BY_KIND: Readonly<Partial<Record<WalkStep['kind'], TermId>>> = {
  embedding: 'embedding',
  scale: 'scale',
  mask: 'mask',
  softmax: 'softmax',
  residual: 'residual',
  norm: 'norm',
  activation: 'feedForward',
  rotation: 'rotary',
  convolution: 'patch',
  heads: 'head',
  joined: 'head',
};

/** Null for steps that need no word. A scale or a mask between the scores keeps its own. */
export const termOf = ({ kind, role }: Pick<WalkStep, 'kind' | 'role'>): TermId | null =>
  (kind === 'scale' || kind === 'mask' ? BY_KIND[kind] : undefined) ?? (role ? BY_ROLE[role] : undefined) ?? BY_KIND[kind] ?? null;
