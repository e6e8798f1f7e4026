/** Heads ranked by the weight between two spans of tokens: which of them look from one word to the other? */
import { signal } from '@preact/signals';
import { linkScore } from '../../model/metrics/link.ts';
import type { Side } from './axis.ts';
import type { Maps } from './maps.ts';
import { headsOf, select } from './select.ts';
import type { Store } from './store.ts';
import type { HeadRef, Session, Site } from './types.ts';

export interface Spans {
  /** Tokens that ask. */
  readonly from: readonly number[];
  /** Tokens that answer. */
  readonly to: readonly number[];
}

export interface Link {
  readonly ref: HeadRef;
  /** Weight of a token of `from` on all of `to`, mean over `from`. */
  readonly weight: number;
}

export interface Ranking {
  readonly session: Session;
  readonly spans: Spans;
  readonly links: readonly Link[];
  readonly done: boolean;
}

/** All tokens of the word that a token belongs to; the token alone where it is no part of a word. */
export function wordAround(side: Side, token: number): readonly number[] {
  const own = side.tokens[token];
  if (!own || own.word === null) return [token];
  return side.tokens.flatMap((t, i) => (t.word === own.word && t.segment === own.segment ? [i] : []));
}

export const sameSpans = (a: Spans, b: Spans): boolean => a.from.join() === b.from.join() && a.to.join() === b.to.join();

/**
 * Takes two marked stretches: their last tokens are selected, and the heads that link them are ranked. The one that was marked first asks;
 * where nothing looks ahead, the later one.
 */
export function markSpans(store: Store, { from, to }: Spans): void {
  const site = store.site.peek();
  const inside = (span: readonly number[], count = 0) => span.filter((token) => token >= 0 && token < count);
  const [asks, answers] = site?.causal && (from[0] ?? 0) < (to[0] ?? 0) ? [to, from] : [from, to];
  const spans = { from: inside(asks, site?.run.queries), to: inside(answers, site?.run.keys) };
  const [query, key] = [spans.from.at(-1), spans.to.at(-1)];
  if (query === undefined || key === undefined) return;
  select(store, { query, key });
  store.spans.value = { ...spans, query, key };
  store.asked.value = 'links';
}

/** Ranks in the background; a newer question ends the one before. */
export class Links {
  readonly ranking = signal<Ranking | null>(null);

  async rank(store: Store, maps: Maps, site: Site, spans: Spans): Promise<void> {
    const session = store.session.peek();
    if (!session) return;
    const links: Link[] = [];
    const put = (done: boolean): Ranking => {
      const ranking = { session, spans, links: [...links].sort((a, b) => b.weight - a.weight), done };
      this.ranking.value = ranking;
      return ranking;
    };
    let last = put(false);
    for (const ref of headsOf(session, site.kind)) {
      const { weights, queries, keys } = await maps.once(ref);
      if (maps.ended || this.ranking.peek() !== last) return;
      links.push({ ref, weight: linkScore(weights, queries, keys, spans.from, spans.to) });
      if (links.length % SHOWN_EVERY === 0) last = put(false);
    }
    put(true);
  }
}

/** Heads after which the list is shown anew. */
const SHOWN_EVERY = 24;
