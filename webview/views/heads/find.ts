/** Finding heads by name (`L3H2`, `3.2`, `layer 3 head 2`) or by what they do (a known relation or a metric's name: its largest). */
import type { SiteKind } from '../../../model/protocol/engine.ts';
import { METRICS, type MeasuresByHead } from '../../state/measures.ts';
import { headsOf, knownOf } from '../../state/select.ts';
import { type HeadRef, headKey, type Session } from '../../state/types.ts';

const NAME = /^\s*(?:l|layer)?\s*(\d+)[\s·.,:]*(?:h|head)?\s*(\d+)\s*$/iu;

/** The heads that a search means, best first. */
export function findHeads(text: string, session: Session, kind: SiteKind, measures: MeasuresByHead): HeadRef[] {
  const heads = headsOf(session, kind);
  const named = NAME.exec(text);
  if (named) return heads.filter((h) => h.layer === Number(named[1]) - 1 && h.head === Number(named[2]) - 1);
  const words = text.trim().toLowerCase();
  if (words === '') return [];
  const known = knownOf(session, kind)
    .filter((k) => k.relation.toLowerCase().includes(words))
    .sort((a, b) => b.weight - a.weight)
    .flatMap((k) => heads.filter((h) => h.layer === k.layer && h.head === k.head));
  return [...known, ...byMetric(words, heads, measures)];
}

function byMetric(words: string, heads: readonly HeadRef[], measures: MeasuresByHead): HeadRef[] {
  const metric = METRICS.find((m) => m.name.toLowerCase().includes(words) || m.id.toLowerCase() === words);
  if (!metric) return [];
  const value = (ref: HeadRef) => measures.get(headKey(ref))?.[metric.id] ?? Number.NEGATIVE_INFINITY;
  return heads.filter((h) => Number.isFinite(value(h))).sort((a, b) => value(b) - value(a));
}
