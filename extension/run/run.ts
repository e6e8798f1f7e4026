/** One run: the text, the model, what is selected in it and the weights of the selected row. Plain state, no VS Code in it. */

import type { HeadMeasures, ShowResult, TargetText, TextInput, Token } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import { type Group, groupTokens, type Unit } from '../../model/text/index.ts';
import type { SourceText } from '../text/source.ts';
import { type Edit, type Span, TrackedText } from '../text/tracked.ts';

/** What a run has beside its text; all of it may be left out. */
export interface RunPlace {
  /** The text that `source` is a part of; left out: `source` itself. */
  readonly whole?: SourceText;
  /** Where `source` lies in the whole text; null when it is the whole. */
  readonly shown?: Span | null;
  /** True for a run on a picture, whose positions are patches and no tokens of a text. */
  readonly ofPicture?: boolean;
  /** What the decoder was told to say; left out where it says it itself. */
  readonly targetSource?: SourceText | undefined;
}

export class Run {
  readonly tracked: TrackedText | null;
  readonly whole: SourceText;
  readonly shown: Span | null;
  readonly ofPicture: boolean;
  readonly targetSource: SourceText | undefined;
  /** The whole text in the document; the same as `tracked` where the model reads all of it. */
  readonly #whole: TrackedText | null;
  /** The decoder's text, once the panel has run it. */
  target: TargetText | null = null;
  /** Where that text stands in a document; null where it stands in none. */
  trackedTarget: TrackedText | null = null;
  /** Weights of the chosen key by query, and which key of which head they are; null weights while they are on their way. */
  column: { readonly name: string; readonly weights: Float32Array | null } | null = null;
  /** Which side of a map between two texts was asked about last. */
  asks: 'query' | 'key' = 'query';
  result: ShowResult | null = null;
  selection: Selection | null = null;
  /** The selected query's row, by key. */
  weights: Float32Array | null = null;
  /** What counts as one in the panel; the weights of the row are those of the query's group. */
  grouping: Unit = 'token';
  measures: readonly HeadMeasures[] = [];
  readonly #groups = new Map<string, readonly Group[]>();
  /** While pinned the cursor does not move the query. */
  pinned = false;

  constructor(
    readonly modelId: string,
    readonly modelName: string,
    readonly source: SourceText,
    readonly input: TextInput,
    { whole = source, shown = null, ofPicture = false, targetSource }: RunPlace = {},
  ) {
    this.whole = whole;
    this.shown = shown;
    this.ofPicture = ofPicture;
    this.targetSource = targetSource;
    this.tracked = source.uri === null ? null : new TrackedText(source.text, source.pieces, input.tokens);
    this.#whole = source.uri === null || whole === source ? this.tracked : new TrackedText(whole.text, whole.pieces, []);
  }

  /** Where the whole text stands in the document now, piece by piece; null without a document. */
  get spans(): readonly Span[] | null {
    return this.#whole?.spans ?? null;
  }

  /** True when a place of the document belongs to the whole text and not to the part that is shown. */
  leftOut(offset: number): boolean {
    const within = (spans: readonly Span[] | undefined) => spans?.some(({ start, end }) => start <= offset && offset <= end) ?? false;
    return within(this.#whole?.spans) && !within(this.tracked?.spans);
  }

  get stale(): boolean {
    return (this.tracked?.stale ?? false) || (this.trackedTarget?.stale ?? false);
  }

  /** The decoder's text as it was run. */
  takeTarget(target: TargetText | null): void {
    this.target = target;
    const { uri, pieces } = this.targetSource ?? { uri: null, pieces: [] };
    const placed = target && !target.generated && uri !== null && uri === this.source.uri;
    this.trackedTarget = placed ? new TrackedText(target.text, pieces, target.foretold ?? target.tokens) : null;
  }

  /** Follows edits of the document. */
  edit(edits: readonly Edit[], read: (start: number, end: number) => string): void {
    this.tracked?.edit(edits, read);
    this.trackedTarget?.edit(edits, read);
    if (this.#whole !== this.tracked) this.#whole?.edit(edits, read);
  }

  /** Tokens that queries count in. */
  get queryTokens(): readonly Token[] {
    if (this.queryInSource) return this.input.tokens;
    const rows = this.selection?.kind === 'cross' ? this.target?.foretold : this.target?.tokens;
    return rows ?? [];
  }

  get queryText(): string {
    return this.queryInSource ? this.input.text : (this.target?.text ?? '');
  }

  /** Tokens that keys count in: those of the source, but for a decoder's attention to itself. */
  get keyTokens(): readonly Token[] {
    return this.keysInSource ? this.input.tokens : (this.target?.tokens ?? []);
  }

  get keyText(): string {
    return this.keysInSource ? this.input.text : (this.target?.text ?? '');
  }

  /** Queries or keys in groups, null where every token counts for itself. */
  groupsOf(side: 'queries' | 'keys'): readonly Group[] | null {
    if (this.grouping === 'token') return null;
    const [tokens, text] = side === 'keys' ? [this.keyTokens, this.keyText] : [this.queryTokens, this.queryText];
    const key = `${this.grouping} ${tokens === this.input.tokens}`;
    const groups = this.#groups.get(key) ?? groupTokens(tokens, [text, text], this.grouping);
    this.#groups.set(key, groups);
    return groups;
  }

  get keysInSource(): boolean {
    return this.selection?.kind !== 'decoder' && this.selection?.kind !== 'vision';
  }

  get queryInSource(): boolean {
    return this.selection?.kind !== 'cross' && this.selection?.kind !== 'decoder' && this.selection?.kind !== 'vision';
  }

  /** Heads of the selected kind of attention by layer, as the run found them. */
  heads(): { readonly layers: number; readonly heads: number } | null {
    const sites = this.result?.sites.filter(({ kind }) => kind === this.selection?.kind) ?? [];
    return sites.length > 0
      ? { layers: Math.max(...sites.map(({ layer }) => layer)) + 1, heads: Math.max(...sites.map(({ heads }) => heads)) }
      : null;
  }
}
