/** What rows and columns of a section's matrices are called, and which row is the followed token's. */
import type { StageValue, WalkSection, WalkStep } from '../../../model/protocol/walk.ts';
import { type Side, sideOf, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Store } from '../../state/store.ts';
import type { Session, Site } from '../../state/types.ts';
import type { Cell } from './grid.tsx';
import type { Lengths } from './letters.ts';
import type { Facts } from './words.ts';

export interface RowNames {
  readonly labels: readonly string[];
  readonly columnLabels: readonly string[] | null;
  readonly lit: number | null;
  /** Follows the token of a cell that was clicked; null where its row is no token of the followed text. */
  readonly follow: ((cell: Cell) => void) | null;
}

export interface Rows {
  readonly section: number;
  readonly facts: Facts;
  readonly lengths: Lengths;
  of(step: WalkStep, value: StageValue): RowNames;
}

const labelsOf = (side: Side): string[] => Array.from({ length: side.count }, (_, i) => tokenLabel(side, i));

export interface RowsInput {
  readonly session: Session;
  readonly sections: readonly WalkSection[];
  readonly section: number;
  readonly values: ReadonlyMap<string, StageValue>;
  readonly store: Store;
}

/** The place of attention whose tokens a section has: its own, or the nearest one's. */
export function siteNear(session: Session, sections: readonly WalkSection[], section: number): Site | null {
  const after = sections.slice(section).find(({ sites }) => sites.length > 0);
  const before = sections.slice(0, section).findLast(({ sites }) => sites.length > 0);
  const near = sections[section]?.kind === 'end' ? (before ?? after) : (after ?? before);
  return (near && session.sites.get(near.sites[0]!)) ?? null;
}

export function rowsOf({ session, sections, section, values, store }: RowsInput): Rows {
  const site = siteNear(session, sections, section);
  const queries = site ? sideOf(session, site, 'queries') : null;
  const keys = site ? sideOf(session, site, 'keys') : null;
  const followed = store.site.value;
  const followedSide = followed ? sideOf(session, followed, 'queries') : null;
  const own = session.opened.model;
  const width = widthOf(values, sections[section]!);
  const facts: Facts = {
    ...{ headDim: site?.headDim ?? own.headDim, heads: site?.heads ?? own.heads, causal: site?.causal ?? false, values, width },
    into: projectionsOf(sections[section]!),
  };
  const lengths: Lengths = {
    queries: site?.run.queries ?? 1,
    keys: site?.run.keys ?? 1,
    headDim: facts.headDim,
    ...{ width, heads: facts.heads },
    vocabulary: own.vocabulary,
  };
  return {
    section,
    facts,
    lengths,
    of: (step, value) => {
      const side = sideOfStep(step, value, queries, keys);
      const isMap =
        value.head !== null &&
        keys !== null &&
        value.columns === keys.count &&
        ['products', 'scores', 'weights'].includes(roleOf(step, value, keys));
      const isFollowed = side !== null && side === followedSide;
      return {
        labels: side ? labelsOf(side) : [],
        columnLabels: isMap ? labelsOf(keys) : null,
        lit: isFollowed ? store.selection.value.query : null,
        follow: isFollowed ? ({ row, column }) => select(store, isMap ? { query: row, key: column } : { query: row }) : null,
      };
    },
  };
}

/** Scaled, masked and biased scores are maps as well. */
function roleOf({ role, kind }: WalkStep, value: StageValue, keys: Side): string {
  if (role !== null) return role;
  return ['scale', 'add', 'mask', 'softmax', 'function'].includes(kind) && value.columns === keys.count ? 'scores' : '';
}

function sideOfStep({ role }: WalkStep, value: StageValue, queries: Side | null, keys: Side | null): Side | null {
  const isKeys = role === 'key' || role === 'value';
  const order = isKeys ? [keys, queries] : [queries, keys];
  return order.find((side) => side !== null && side.count === value.rows) ?? null;
}

const PARTS: Readonly<Partial<Record<string, string>>> = { query: 'queries', key: 'keys', value: 'values' };

/** What the linear layers in front of attention are for. */
function projectionsOf({ steps }: WalkSection): Map<string, string[]> {
  const into = new Map<string, string[]>();
  for (const { role, inputs } of steps) {
    const part = role === null ? undefined : PARTS[role];
    const [from] = inputs;
    if (part && from !== undefined) into.set(from, [...(into.get(from) ?? []), part]);
  }
  for (const names of into.values())
    names.sort((a, b) => ['queries', 'keys', 'values'].indexOf(a) - ['queries', 'keys', 'values'].indexOf(b));
  return into;
}

/** D: the width of the last sum or norm. */
function widthOf(values: ReadonlyMap<string, StageValue>, { steps }: WalkSection): number {
  const step =
    steps.findLast(({ kind }) => kind === 'residual') ??
    steps.find(({ kind }) => kind === 'norm' || kind === 'embedding' || kind === 'add');
  return (step && values.get(step.id)?.columns) ?? 1;
}
