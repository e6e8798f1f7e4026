/** What a place of attention is, in a word and a sentence each: what a person must know to read its rows. */
import type { How, SiteFacts } from '../../../model/protocol/engine.ts';
import { short } from '../../draw/numbers.ts';

export interface SiteNote {
  readonly word: string;
  readonly words: string;
}

export const HOW_WORDS: Record<How, string> = {
  read: 'the very values that the model used',
  recomputed: "from the model's own queries and keys",
  computed: 'by the TypeScript reference',
};

type Facts = Pick<SiteFacts, 'heads' | 'kvHeads' | 'window' | 'sink' | 'softcap' | 'causal' | 'how'>;

/** Notes on one head of a site, the most surprising first. */
export function siteNotes(site: Facts, head: number): SiteNote[] {
  const notes: (SiteNote | null)[] = [
    site.window === null
      ? null
      : { word: 'sliding window', words: `sees ${site.window} keys back at most, itself among them; what lies further is never looked at` },
    site.sink ? { word: 'sink', words: 'takes what is missing from each row, so rows sum to less than 1' } : null,
    groupNote(site, head),
    site.softcap === null ? null : { word: 'capped', words: `no logit goes beyond ±${short(site.softcap)}` },
    site.causal ? { word: 'causal', words: 'never looks at later tokens' } : null,
    { word: site.how, words: HOW_WORDS[site.how] },
  ];
  return notes.filter((note) => note !== null);
}

/** Heads that share keys and values; null where each has its own. */
function groupNote({ heads, kvHeads }: Facts, head: number): SiteNote | null {
  if (kvHeads <= 0 || kvHeads >= heads) return null;
  if (kvHeads === 1) return { word: 'one key head', words: `all ${heads} heads share it` };
  const size = heads / kvHeads;
  const group = Math.floor(head / size);
  return { word: `group ${group + 1} of ${kvHeads}`, words: `heads ${group * size + 1}–${(group + 1) * size} share keys and values` };
}
