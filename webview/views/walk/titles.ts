/** What a piece of the walk is called. */
import type { SiteKind } from '../../../model/protocol/engine.ts';
import type { WalkSection } from '../../../model/protocol/walk.ts';
import type { Session } from '../../state/types.ts';

/**
 * `Embeddings`, `Layer 3 · self-attention and feed-forward`, `After the layers`.
 * @param next the piece after it: whose embeddings they are
 */
export function sectionTitle(session: Session, { kind, sites, steps }: WalkSection, next?: WalkSection): string {
  if (kind === 'start' && steps.some((step) => step.kind === 'convolution')) return 'Patches and embeddings';
  if (kind === 'start')
    return next?.sites.some((key) => session.sites.get(key)?.kind === 'decoder') ? 'Embeddings of the decoder' : 'Embeddings';
  if (kind === 'end') return 'After the layers';
  const places = sites.flatMap((key) => session.sites.get(key) ?? []);
  const [first] = places;
  const layers = places.length > 1 && first ? `Layers ${first.layer + 1}–${places.at(-1)!.layer + 1}` : `Layer ${(first?.layer ?? 0) + 1}`;
  const words = first ? ATTENTION_WORDS[first.kind] : 'attention';
  return `${layers} · ${words}${steps.some((step) => step.kind === 'activation') ? ' and feed-forward' : ''}`;
}

const ATTENTION_WORDS: Readonly<Record<SiteKind, string>> = {
  self: 'self-attention',
  encoder: 'encoder, self-attention',
  decoder: 'decoder, self-attention',
  cross: 'decoder, cross-attention',
  vision: 'vision, self-attention',
  text: 'text, self-attention',
};
