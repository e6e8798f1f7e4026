/** The map on screen, computed from selection, view and the engine's answers. One value for all views, so that they cannot disagree. */
import { computed, type ReadonlySignal } from '@preact/signals';
import type { HeadWeights, WireError } from '../../model/protocol/engine.ts';
import type { Cells } from '../draw/cells.ts';
import { type Axis, axisOf, heaviestFirst, type Side, sideOf } from './axis.ts';
import { similarTogether } from './cluster.ts';
import { Flows } from './flows.ts';
import type { Maps } from './maps.ts';
import { Rollouts } from './rollout.ts';
import { belowThreshold, differenceOf, isPlain, meanOf, regroup } from './shape.ts';
import { type Store, windowOf } from './store.ts';
import { type HeadRef, type Loaded, type Over, type Site, sameHead, siteKey, type ViewOptions } from './types.ts';

export interface Shown {
  readonly site: Site;
  readonly queries: Side;
  readonly keys: Side;
  readonly rows: Axis;
  readonly columns: Axis;
  /** What is drawn: `[rows, columns]`. */
  readonly cells: Cells;
  /** Share of each row that is not drawn. */
  readonly hidden: Float32Array;
  /** Weights token by token, `[T, S]`, of the same heads. */
  readonly weights: Float32Array;
  /** The heads that were averaged; one head as a rule. */
  readonly heads: readonly HeadRef[];
  /** The head that was taken away (difference), or null. */
  readonly against: HeadRef | null;
  /** Not a head's weights but what all layers up to the selected one make of them. */
  readonly over: Over | null;
  /** Each head's own weights, for overlays. */
  readonly each: readonly Float32Array[];
  /** The window that is looked at, of a layer that attends within windows; 0 elsewhere. */
  readonly window: number;
  /** Tokens that count as one, hidden ones too; null where every token counts for itself. */
  readonly grouped: Grouped | null;
}

/** Both sides in groups. */
export interface Grouped {
  readonly queries: Axis;
  readonly keys: Axis;
}

/** The groups of both sides of a site. */
export function groupedOf(queries: Side, keys: Side, grouping: ViewOptions['grouping']): Grouped | null {
  if (grouping === 'token') return null;
  const axis = (side: Side) => axisOf(side, { specials: 'show', grouping });
  return { queries: axis(queries), keys: axis(keys) };
}

/** What a map's rows and columns stand for. */
type Axes = Pick<Shown, 'site' | 'rows' | 'columns' | 'queries' | 'keys'>;

export type ShownState = { readonly state: 'nothing' } | Loaded<Shown>;

/** Builds the signal. `maps` is null until a model has run. */
export function watchShown(store: Store, maps: ReadonlySignal<Maps | null>): ReadonlySignal<ShownState> {
  const rollouts = computed(() => (maps.value && store.session.value ? new Rollouts(store.session.value, maps.value) : null));
  const flows = computed(() => (maps.value && store.session.value ? new Flows(store.session.value, maps.value) : null));
  const combined = computed(() =>
    store.over.value === null ? combine(store, maps.value) : overLayers(store, store.over.value, rollouts.value, flows.value),
  );
  return computed((): ShownState => {
    const now = combined.value;
    const session = store.session.value;
    if (now.state !== 'ready' || !session) return now.state === 'ready' ? { state: 'nothing' } : now;
    const { specials, grouping, threshold, columns: order } = store.view.value;
    const { site, weights } = now.value;
    const window = windowOf(store, site.key);
    const [queries, keys] = [sideOf(session, site, 'queries', window), sideOf(session, site, 'keys', window)];
    const rows = axisOf(queries, { specials, grouping });
    const inOrder = axisOf(keys, { specials, grouping });
    const columns = columnsOf(order, inOrder, weights, keys.count);
    const { cells, hidden } =
      isPlain(rows) && isPlain(columns)
        ? { cells: { data: weights, rows: queries.count, columns: keys.count }, hidden: new Float32Array(queries.count) }
        : regroup(weights, keys.count, rows, columns);
    const grouped = groupedOf(queries, keys, grouping);
    const value = { ...now.value, queries, keys, window, grouped, rows, columns, cells, hidden: belowThreshold(cells, threshold, hidden) };
    return { state: 'ready', value };
  });
}

function columnsOf(order: ViewOptions['columns'], axis: Axis, weights: Float32Array, keys: number): Axis {
  if (order === 'weight') return heaviestFirst(axis, weights, keys);
  return order === 'similar' ? similarTogether(axis, weights, keys) : axis;
}

type Combined = Pick<Shown, 'site' | 'weights' | 'heads' | 'against' | 'over' | 'each'>;

/** Rollout, or the selected query's flow (the last one's before there is one), up to the selected layer. */
function overLayers(
  store: Store,
  over: Over,
  rollouts: Rollouts | null,
  flows: Flows | null,
): { readonly state: 'nothing' } | Loaded<Combined> {
  const site = store.site.value;
  if (!rollouts || !flows || !site) return { state: 'nothing' };
  const { kind, layer, head, query } = store.selection.value;
  const now = (over === 'rollout' ? rollouts.upTo(kind, layer) : flows.row(kind, layer, query ?? site.run.queries - 1)).value;
  if (now.state !== 'ready') return now;
  return {
    state: 'ready',
    value: { site, weights: now.value, heads: [{ kind, layer, head }], against: null, over, each: [now.value] },
  };
}

function combine(store: Store, maps: Maps | null): { readonly state: 'nothing' } | Loaded<Combined> {
  const site = store.site.value;
  if (!maps || !site) return { state: 'nothing' };
  const heads = store.heads.value;
  const against = comparable(store, site) ? store.against.value : null;
  const wanted = against ? [...heads, against] : heads;
  const answers = wanted.map((ref) => maps.head(ref).value);
  const failed = answers.find((a): a is { state: 'failed'; error: WireError } => a.state === 'failed');
  if (failed) return failed;
  const ready = answers.filter((a): a is { state: 'ready'; value: HeadWeights } => a.state === 'ready');
  if (ready.length < answers.length) return { state: 'loading' };
  const each = ready.slice(0, heads.length).map((a) => a.value.weights);
  const mean = meanOf(each);
  const other = against ? ready.at(-1)!.value.weights : null;
  return { state: 'ready', value: { site, heads, against, over: null, each, weights: other ? differenceOf(mean, other) : mean } };
}

/** A head can be taken away from another only where both maps have the same queries and keys. */
function comparable(store: Store, site: Site): boolean {
  const against = store.against.value;
  const other = against && store.session.value?.sites.get(siteKey(against));
  return (
    !!against &&
    !!other &&
    other.run.queries === site.run.queries &&
    other.run.keys === site.run.keys &&
    !sameHead(against, store.selection.value)
  );
}

type Rows = Pick<Shown, 'weights' | 'queries' | 'keys' | 'grouped'>;

/**
 * The row [S] of a query, or the sum of the rows of several (`to`: the column [T] of a key). In groups a query's row is the mean over its group, a key's
 * column the sum over it; every row keeps its sum.
 */
export function rowOf(shown: Rows, tokens: readonly number[], direction: 'from' | 'to'): Float32Array {
  const { weights } = shown;
  const [T, S] = [shown.queries.count, shown.keys.count];
  const length = direction === 'from' ? S : T;
  const row = new Float32Array(length);
  for (const group of membersOf(shown, tokens, direction)) {
    const share = direction === 'from' ? 1 / group.length : 1;
    for (const token of group) {
      for (let i = 0; i < length; i++) row[i]! += share * (direction === 'from' ? weights[token * S + i]! : weights[i * S + token]!);
    }
  }
  return row;
}

/** Where a causal head's rows and columns are its tokens in order: the first column that a row does not see. */
export function seenEnds({ site, rows, columns, queries, keys }: Axes): ((row: number) => number) | undefined {
  if (!site.causal || site.window !== null || !isPlain(rows) || !isPlain(columns)) return undefined;
  const shift = keys.count - queries.count;
  return (row) => row + shift + 1;
}

/** The groups of tokens that ask, each once; every token by itself where nothing is grouped. */
export function membersOf({ grouped }: Pick<Shown, 'grouped'>, tokens: readonly number[], direction: 'from' | 'to'): (readonly number[])[] {
  const axis = direction === 'from' ? grouped?.queries : grouped?.keys;
  if (!axis) return tokens.map((token) => [token]);
  const places = new Set(tokens.map((token) => axis.placeOf[token]!));
  return [...places].map((place) => axis.groups[place]!);
}

/** A row by the groups of what answers: keys are summed, queries averaged. The row itself where nothing is grouped. */
export function answersOf({ grouped }: Pick<Shown, 'grouped'>, row: Float32Array, direction: 'from' | 'to'): Float32Array {
  const axis = direction === 'from' ? grouped?.keys : grouped?.queries;
  if (!axis) return row;
  return Float32Array.from(axis.groups, (group) => {
    const sum = group.reduce((total, token) => total + row[token]!, 0);
    return direction === 'from' ? sum : sum / group.length;
  });
}

/** Whether no token of a row can see any token of a column: the model's mask, not a small weight. */
export function unseen({ site, rows, columns, queries, keys }: Axes): ((row: number, column: number) => boolean) | undefined {
  if (!site.causal) return undefined;
  const shift = keys.count - queries.count;
  const window = site.window ?? Number.POSITIVE_INFINITY;
  const span = (groups: readonly (readonly number[])[]) => groups.map((g) => [g[0]!, g.at(-1)!] as const);
  const [rowSpans, columnSpans] = [span(rows.groups), span(columns.groups)];
  return (row, column) => {
    const [firstQuery, lastQuery] = rowSpans[row]!;
    const [firstKey, lastKey] = columnSpans[column]!;
    return firstKey > lastQuery + shift || lastKey <= firstQuery + shift - window;
  };
}
