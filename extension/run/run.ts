/** One run: the text, the model, what is selected in it and the weights of the selected row. Plain state, no VS Code in it. */

import type { HeadMeasures, ShowResult, TextInput, Token } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import type { SourceText } from '../text/source.ts';
import { TrackedText } from '../text/tracked.ts';

export class Run {
  readonly tracked: TrackedText | null;
  result: ShowResult | null = null;
  selection: Selection | null = null;
  /** The selected query's row, by key. */
  weights: Float32Array | null = null;
  measures: readonly HeadMeasures[] = [];
  /** While pinned the cursor does not move the query. */
  pinned = false;

  constructor(
    readonly modelId: string,
    readonly modelName: string,
    readonly source: SourceText,
    readonly input: TextInput,
    /** True for a run on a picture, whose positions are patches and no tokens of a text. */
    readonly ofPicture = false,
  ) {
    this.tracked = source.uri === null ? null : new TrackedText(source.text, source.pieces, input.tokens);
  }

  get stale(): boolean {
    return this.tracked?.stale ?? false;
  }

  /** Tokens that queries count in. */
  get queryTokens(): readonly Token[] {
    const target = this.selection?.kind === 'cross' || this.selection?.kind === 'decoder';
    return target ? (this.input.target?.tokens ?? []) : this.input.tokens;
  }

  get queryText(): string {
    const target = this.selection?.kind === 'cross' || this.selection?.kind === 'decoder';
    return target ? (this.input.target?.text ?? '') : this.input.text;
  }

  /** Tokens that keys count in: those of the source, but for a decoder's attention to itself. */
  get keyTokens(): readonly Token[] {
    return this.keysInSource ? this.input.tokens : (this.input.target?.tokens ?? []);
  }

  get keyText(): string {
    return this.keysInSource ? this.input.text : (this.input.target?.text ?? '');
  }

  get keysInSource(): boolean {
    return this.selection?.kind !== 'decoder';
  }

  get queryInSource(): boolean {
    return this.selection?.kind !== 'cross' && this.selection?.kind !== 'decoder';
  }

  /** Heads of the selected kind of attention by layer, as the run found them. */
  heads(): { readonly layers: number; readonly heads: number } | null {
    const sites = this.result?.sites.filter(({ kind }) => kind === this.selection?.kind) ?? [];
    return sites.length > 0
      ? { layers: Math.max(...sites.map(({ layer }) => layer)) + 1, heads: Math.max(...sites.map(({ heads }) => heads)) }
      : null;
  }
}
