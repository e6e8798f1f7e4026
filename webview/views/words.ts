/** What is on screen, in words that several views say. */
import type { Shown } from '../state/shown.ts';

/** `layer 3 · head 1`, `mean of 3 heads`, `layer 3 · head 1 − layer 2 · head 1`. */
export function headsWords({ heads, against }: Pick<Shown, 'heads' | 'against'>): string {
  const [first] = heads;
  const name = heads.length === 1 && first ? `layer ${first.layer + 1} · head ${first.head + 1}` : `mean of ${heads.length} heads`;
  return against ? `${name} − layer ${against.layer + 1} · head ${against.head + 1}` : name;
}
