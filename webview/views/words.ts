/** What is on screen, in words that several views say. */
import type { Shown } from '../state/shown.ts';

const OVER_WORDS = { rollout: 'rollout', flow: 'attention flow' } as const;

/** `layer 3 · head 1`, `mean of 3 heads`, `layer 3 · head 1 − layer 2 · head 1`, `rollout, layers 1–3`. */
export function headsWords({ heads, against, over }: Pick<Shown, 'heads' | 'against' | 'over'>): string {
  const [first] = heads;
  if (over && first) return `${OVER_WORDS[over]}, layers 1–${first.layer + 1}`;
  const name = heads.length === 1 && first ? `layer ${first.layer + 1} · head ${first.head + 1}` : `mean of ${heads.length} heads`;
  return against ? `${name} − layer ${against.layer + 1} · head ${against.head + 1}` : name;
}
