/** The axes of a map: what its rows and columns stand for, from the tokens of the run. */
import type { TargetText, Token } from '../../model/protocol/panel.ts';
import { groupTokens } from '../../model/text/regroup.ts';
import { visible } from '../draw/labels.ts';
import { placesOf } from '../image/places.ts';
import type { Scene } from '../image/scene.ts';
import type { Session, Site, ViewOptions } from './types.ts';

/** Rows or columns as they are shown. Each shows one token, or the tokens of one word. */
export interface Axis {
  readonly labels: readonly string[];
  /** Tokens behind each row or column. */
  readonly groups: readonly (readonly number[])[];
  /** Row or column of each token, −1 for a hidden one. */
  readonly placeOf: Int32Array;
}

/** Tokens of one side of a site. Empty where the sides are no text (patches, frames). */
export interface Side {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly count: number;
  /** `query 1`, `patch 3`: what a row without a token is called. */
  readonly unit: string;
  /** What positions are called where they are no tokens of a text. */
  readonly names?: readonly string[];
  /** A decoder's rows: what each reads, and what it foretells. One of the two is `tokens`. */
  readonly rows?: { readonly reads: readonly Token[]; readonly foretold: readonly Token[] };
}

const sides = new WeakMap<Session, Map<string, Side>>();

/** The tokens that ask (`queries`) or answer (`keys`) at a site; the same object for the same tokens. */
export function sideOf(session: Session, site: Site, which: 'queries' | 'keys', window = 0): Side {
  const known = sides.get(session) ?? new Map<string, Side>();
  sides.set(session, known);
  const target = site.kind === 'decoder' || (site.kind === 'cross' && which === 'queries');
  const rows = target && which === 'queries' ? site.kind : '';
  const pictured = pictureOf(session, site) !== null;
  const key = pictured ? `${site.key} ${window}` : `${target} ${rows} ${site.run[which]}`;
  const side = known.get(key) ?? (pictured ? pictureSide(session, site, window) : makeSide(session, target, site.run[which], rows));
  known.set(key, side);
  return side;
}

/** The picture that a site attends over, null for a site that reads text. */
export function pictureOf({ scene, show }: Session, { kind }: Pick<Site, 'kind'>): Scene | null {
  return scene && (show.input.kind === 'image' || kind === 'vision') ? scene : null;
}

function pictureSide(session: Session, site: Site, window: number): Side {
  const names = placesOf(session.scene!, site, window)?.names;
  return { text: '', tokens: [], count: site.run.queries, unit: 'position', ...(names ? { names } : {}) };
}

function makeSide(session: Session, target: boolean, count: number, rows: string): Side {
  const { input } = session.show;
  if (input.kind === 'image') return { text: '', tokens: [], count, unit: 'position' };
  const said = target ? input.target : undefined;
  if (rows && said?.foretold && said.foretold.length === count) return rowSide(said, said.foretold, count, rows);
  const { text, tokens } = said ?? input;
  if (tokens.length === count) return { text, tokens, count, unit: 'token' };
  return { text: '', tokens: [], count, unit: 'position', ...(session.heard && !target ? { names: timesOf(session.heard, count) } : {}) };
}

/** `0.02 s`: when each of `count` positions of the window begins. */
function timesOf({ windowSeconds }: NonNullable<Session['heard']>, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${((i * windowSeconds) / count).toFixed(2)} s`);
}

/**
 * The rows of a decoder. Its attention to the source belongs to the token that the row is about to say: there they go by what they foretell,
 * in its attention to itself by what they have read.
 */
function rowSide({ text, tokens: reads }: TargetText, foretold: readonly Token[], count: number, kind: string): Side {
  return { text, tokens: kind === 'cross' ? foretold : reads, count, unit: 'token', rows: { reads, foretold } };
}

/** `je → suis`: what a decoder's row has read last, and what it foretells. */
export function rowWords(side: Side, index: number): string {
  const { reads, foretold } = side.rows!;
  const label = (tokens: readonly Token[]) => tokenLabel({ ...side, tokens }, index);
  return `${label(reads)} → ${label(foretold)}`;
}

/** What a token is called: its words in the source, or its piece where nobody typed it. */
export function tokenLabel(side: Side, index: number): string {
  const token = side.tokens[index];
  if (!token) return side.names?.[index] ?? String(index + 1);
  return visible(token.start < token.end ? side.text.slice(token.start, token.end).replace(/(?<=\S)\s+$|^\s+(?=\S)/gu, '') : token.piece);
}

export type AxisView = Pick<ViewOptions, 'specials' | 'grouping'>;

/** Axes of a side that were asked for before: a step to another head needs them again, unchanged. */
const axes = new WeakMap<Side, Map<string, Axis>>();

/** The side as it is shown: special tokens left out, the tokens of a word, line or sentence together, as the view says. */
export function axisOf(side: Side, view: AxisView): Axis {
  const known = axes.get(side) ?? new Map<string, Axis>();
  axes.set(side, known);
  const key = `${view.specials !== 'show'} ${view.grouping}`;
  const axis = known.get(key) ?? makeAxis(side, view);
  known.set(key, axis);
  return axis;
}

function makeAxis(side: Side, view: AxisView): Axis {
  const shown = (token: number) => view.specials === 'show' || !side.tokens[token]?.special;
  if (view.grouping === 'token' || side.tokens.length === 0) {
    const places = Array.from({ length: side.count }, (_, i) => i).filter(shown);
    return build(
      places.map((i) => [i]),
      places.map((i) => (side.rows ? rowWords(side, i) : tokenLabel(side, i))),
      side.count,
    );
  }
  const groups = groupTokens(side.tokens, [side.text, side.text], view.grouping).filter((g) => g.tokens.some(shown));
  return build(
    groups.map((g) => g.tokens),
    groups.map((g) => (g.tokens.length > 1 ? visible(g.label) : side.rows ? rowWords(side, g.tokens[0]!) : tokenLabel(side, g.tokens[0]!))),
    side.count,
  );
}

function build(groups: readonly (readonly number[])[], labels: readonly string[], count: number): Axis {
  const placeOf = new Int32Array(count).fill(-1);
  groups.forEach((tokens, place) => {
    for (const token of tokens) placeOf[token] = place;
  });
  return { labels, groups, placeOf };
}

/** Columns by the weight that all queries together give them, largest first. */
export function heaviestFirst(axis: Axis, weights: Float32Array, keys: number): Axis {
  const mass = new Float64Array(axis.groups.length);
  for (let i = 0; i < weights.length; i++) {
    const place = axis.placeOf[i % keys]!;
    if (place >= 0) mass[place]! += Math.abs(weights[i]!);
  }
  const order = axis.groups.map((_, place) => place).sort((a, b) => mass[b]! - mass[a]!);
  return reorder(axis, order);
}

/** The same rows or columns in another order. */
export function reorder(axis: Axis, order: readonly number[]): Axis {
  return build(
    order.map((p) => axis.groups[p]!),
    order.map((p) => axis.labels[p]!),
    axis.placeOf.length,
  );
}
