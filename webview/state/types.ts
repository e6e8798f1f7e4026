/** What the panel's state is made of. */

import type { Heard } from '../../model/audio/listen.ts';
import type { Given } from '../../model/onnx/given.ts';
import type { Likeness } from '../../model/positions/geometry.ts';
import type { InputFacts, OpenResult, RunResult, SiteFacts, SiteRun, WireError } from '../../model/protocol/engine.ts';
import type { ShowParams } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import type { Unit } from '../../model/text/regroup.ts';
import type { Scale } from '../colour/scales.ts';
import type { EngineClient } from '../engine/client.ts';
import type { ClassShare } from '../image/classes.ts';
import type { Scene } from '../image/scene.ts';

/** The engine as the panel uses it. */
export type Engine = Pick<EngineClient, 'open' | 'request' | 'restart' | 'dispose'>;

/** A model that has run on something. */
export interface Session {
  readonly show: ShowParams;
  readonly opened: OpenResult;
  readonly run: RunResult;
  readonly sites: ReadonlyMap<string, Site>;
  /** The picture that the model ran on; left out for a text. */
  readonly scene?: Scene;
  /** The sound that was heard; left out for a text. */
  readonly heard?: Omit<Heard, 'features'>;
  /** The run that was continued, where the text ends with what the model said after it. */
  readonly base?: Session;
  /** Class probabilities of a picture, largest first; left out where the model has no classes. */
  readonly classes?: readonly ClassShare[];
}

/** A site with the sizes of this run. */
export interface Site extends SiteFacts {
  readonly run: SiteRun;
}

/** What layers make together: rollout for all queries, flow for one. */
export type Over = 'rollout' | 'flow';

export type Phase =
  | { readonly at: 'empty' }
  | { readonly at: 'working'; readonly words: string; readonly fraction: number | null; readonly since: number }
  | { readonly at: 'ready' }
  | { readonly at: 'failed'; readonly error: WireError }
  | Asking;

/** The graph has inputs that only the user can give. */
export interface Asking {
  readonly at: 'asking';
  readonly inputs: readonly InputFacts[];
  /** What was given before and did not do, with the reason; empty at first. */
  readonly given: readonly Given[];
  readonly problem: string | null;
  /** How many tokens the text has. */
  readonly tokens: number;
}

/** One head of one site. */
export type HeadRef = Pick<Selection, 'kind' | 'layer' | 'head'>;

export const siteKey = (ref: Pick<HeadRef, 'kind' | 'layer'>): string => `${ref.kind}/${ref.layer}`;
export const headKey = (ref: HeadRef): string => `${ref.kind}/${ref.layer}/${ref.head}`;
export const sameHead = (a: HeadRef, b: HeadRef): boolean => a.kind === b.kind && a.layer === b.layer && a.head === b.head;

/** Something that is asked for and comes later. `last` is what stood there before, so that views need not blink. */
export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: WireError };

export type TabId = 'picture' | 'matrix' | 'lines' | 'text' | 'neurons' | 'metrics' | 'compare' | 'positions' | 'walk' | 'predict';

/** Everything about the view that is not the selection; kept over a reload. */
export interface ViewOptions {
  readonly tab: TabId;
  readonly scale: Scale;
  /** What the last colour stands for: weight 1, the head's largest weight, or each row's own largest. */
  readonly range: 'one' | 'head' | 'row';
  readonly specials: 'show' | 'hide' | 'hide-and-say';
  readonly grouping: Unit;
  /** Weights below this are not drawn. */
  readonly threshold: number;
  readonly columns: 'order' | 'weight' | 'similar';
  /** Metric id, or 'layer' for the model's own order. */
  readonly sort: string;
  /** Metric id that tints the thumbnails, or 'none'. */
  readonly tint: string;
  readonly combine: 'mean' | 'overlay';
  /** `from`: where the chosen tokens look; `to`: who looks at them. */
  readonly direction: 'from' | 'to';
  readonly lines: 'columns' | 'arcs';
  readonly linesKeep: 'top' | 'mass';
  readonly linesTop: number;
  readonly linesMass: number;
  readonly neurons: 'position' | 'contribution';
  /** Id of the picture of positions. */
  readonly positions: string;
  /** Column of the table of positions whose curve is drawn, and pair of a rotation. */
  readonly dimension: number;
  readonly pair: number;
  /** Whether all stored positions are compared, or those of the text. */
  readonly everyPosition: boolean;
  readonly likeness: Likeness;
  readonly distanceOf: 'weight' | 'score';
  /** Whether the colours over a picture run into each other; patches as they are otherwise. */
  readonly smooth: boolean;
  /** How much of the picture the colours cover, 0 to 1. */
  readonly opacity: number;
  /** Share of a row's mass whose patches are painted, 0 to 1. */
  readonly mass: number;
  /** What the last colour over a picture stands for. */
  readonly pictureRange: 'one' | 'row';
  /** Whether the numbers stand in a table instead of the picture. */
  readonly table: boolean;
  /** Whether figures are exported in light colours, whatever the theme. */
  readonly print: boolean;
  /** Section of the tab Predict; '' for its first. */
  readonly predict: string;
  /** Widths of the outer columns in pixels; 0: as wide as their content asks. */
  readonly headsWidth: number;
  readonly detailsWidth: number;
  /** Whether the outer columns are there: on a small panel a view may want all the room. */
  readonly showHeads: boolean;
  readonly showDetails: boolean;
  /** Notices that were read and closed. */
  readonly closed: readonly string[];
}

export const DEFAULT_VIEW: ViewOptions = {
  tab: 'matrix',
  scale: 'linear',
  range: 'one',
  specials: 'show',
  grouping: 'token',
  threshold: 0,
  columns: 'order',
  sort: 'layer',
  tint: 'none',
  combine: 'mean',
  direction: 'from',
  lines: 'columns',
  linesKeep: 'mass',
  linesTop: 5,
  linesMass: 0.9,
  neurons: 'position',
  positions: '',
  dimension: 0,
  pair: 0,
  everyPosition: false,
  likeness: 'dot',
  distanceOf: 'weight',
  smooth: false,
  opacity: 0.65,
  mass: 1,
  pictureRange: 'row',
  print: false,
  table: false,
  predict: '',
  headsWidth: 0,
  detailsWidth: 0,
  showHeads: true,
  showDetails: true,
  closed: [],
};
