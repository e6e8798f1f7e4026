/** The messages between the extension host and the panel. */

import type { Decoded } from '../text/decode.ts';
import type { Unit } from '../text/regroup.ts';
import type { SpecialIds } from '../text/types.ts';
import type { Device, ModelFacts, ModelFiles, Refusal, RunParams, SiteFacts, SiteKind, SiteRun, WireError } from './engine.ts';
import type { Selection } from './selection.ts';

/** A token and where it came from. `start`/`end` are UTF-16 offsets into the text; a special token that nobody typed has an empty range. */
export interface Token {
  readonly id: number;
  readonly piece: string;
  readonly start: number;
  readonly end: number;
  readonly special: boolean;
  /** Number of the word it belongs to, null for tokens outside words. */
  readonly word: number | null;
  /** 0 for the first text, 1 for the second of a pair. */
  readonly segment: 0 | 1;
}

export interface TextInput {
  readonly kind: 'text';
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Said in the panel when the text was cut to the model's length. */
  readonly notice: string | null;
  /** Which part of a longer text this is; left out for a whole text. */
  readonly part?: PartOfText;
  /** A sound that the encoder hears in place of the text, which then is empty. */
  readonly sound?: SoundInput;
  /** Decoder's text of an encoder–decoder; left out: the model says it itself. */
  readonly target?: TargetText;
}

export interface SoundInput {
  readonly name: string;
  /** Webview URI of the sound's file. */
  readonly uri: string;
  /** Content of the model's preprocessor_config.json. */
  readonly preprocessor: unknown;
}

/** The decoder's text. Ranges count in `text`. */
export interface TargetText {
  readonly text: string;
  /** What the decoder's rows read, the start token first. As the host gives it: the text's own tokens, without any special ones. */
  readonly tokens: readonly Token[];
  /** What each row foretells: row t foretells token t. Made by the panel, which knows the model's start and end. */
  readonly foretold?: readonly Token[];
  /** True where the model said it itself: the most probable token at each step. */
  readonly generated?: boolean;
}

/** Which part of a text beyond the model's length is read: always the beginning, the one around the cursor, or that one anew when the cursor leaves it. */
export type LongTexts = 'beginning' | 'cursor' | 'follow';

export interface PartOfText {
  /** Whether nothing precedes or follows it. */
  readonly first: boolean;
  readonly last: boolean;
  /** The user's choice. */
  readonly reads: LongTexts;
}

export interface ImageInput {
  readonly kind: 'image';
  readonly name: string;
  /** Webview URI of the picture's file. */
  readonly uri: string;
  /** Content of the model's preprocessor_config.json. */
  readonly preprocessor?: unknown;
  /** Content of the model's config.json: patch size, registers, labels. */
  readonly config?: unknown;
}

/** A head that a model's own card names. */
export interface KnownHead {
  readonly relation: string;
  /** Left out: the model's first kind. */
  readonly kind?: SiteKind;
  readonly layer: number;
  readonly head: number;
  /** Mean weight, 0 to 1. */
  readonly weight: number;
}

/** Everything that the panel needs to open a model and run it on something. `uris` maps the paths of `model.files` to webview URIs. */
export interface ShowParams {
  readonly model: ModelFiles;
  readonly uris: Readonly<Record<string, string>>;
  readonly input: TextInput | ImageInput;
  /** The picture beside the text, for a model of two towers. */
  readonly picture?: ImageInput;
  readonly run: RunParams;
  readonly select: Partial<Selection>;
  readonly knownHeads: readonly KnownHead[];
  /**
   * Anything the host needs to show the same again (URI, range, model id). The panel keeps it in VS Code's webview state, together with its own
   * view, as `SavedPanel`; on a window reload the serializer gets that back and the host sends `show` again with it.
   */
  readonly restore?: unknown;
  /** How a saved view looked: what `look` gave then. */
  readonly look?: unknown;
  /** Where to run; left out: WebGPU where there is an adapter, wasm otherwise. */
  readonly device?: Device | 'auto';
}

/** What the panel keeps with `setState`, and what `deserializeWebviewPanel` receives. `view` is the panel's own business. */
export interface SavedPanel {
  readonly restore: unknown;
  readonly selection: Selection | null;
  readonly view: unknown;
  /** A kept run that is compared with; the panel's own business too. */
  readonly kept?: unknown;
}

export interface ShowResult {
  readonly model: ModelFacts;
  readonly sites: readonly SiteFacts[];
  readonly runs: readonly SiteRun[];
  readonly refused: readonly Refusal[];
  readonly device: Device;
  readonly runMs: number;
  readonly selection: Selection;
  /** The decoder's text as it was run, also where the model said it itself. */
  readonly target?: TargetText;
}

/** The weights of one query (direction `from`: where it looks) or of one key (`to`: who looks at it). */
export interface RowParams {
  readonly kind: Selection['kind'];
  readonly layer: number;
  readonly head: number;
  readonly token: number;
  readonly direction: 'from' | 'to';
}

/** Everything about a view beside the run: the panel reads it back with `show`. */
export interface Look {
  readonly selection: Selection;
  readonly look: unknown;
}

/** Host → panel: parameters and result by method name. */
export interface PanelRequests {
  look: { params: null; result: Look };
  show: { params: ShowParams; result: ShowResult };
  row: { params: RowParams; result: Float32Array };
}

/** What a command of VS Code (palette, key) asks of the panel. */
export type PanelAction = 'back' | 'forward' | 'export' | 'compare' | 'nextHead' | 'previousHead' | 'table' | 'check' | 'cancel';

/** Host → panel, no answer. */
export interface PanelNotifications {
  act: { readonly action: PanelAction };
  /** Opens a tab, and in Positions one of its pictures. Ids that the panel does not know change nothing. */
  look: { readonly tab: string; readonly positions: string | null };
  select: Partial<Selection>;
  /** Find the heads that link two stretches of the text: tokens that ask, tokens that answer. */
  links: { readonly from: readonly number[]; readonly to: readonly number[] };
  /** The text in the editor no longer is the text of the run. */
  stale: { readonly stale: boolean };
}

/** A token of a vocabulary. */
export interface VocabularyEntry {
  /** As the vocabulary writes it; '' for an id that it has not. */
  readonly piece: string;
  /** What it says by itself; '' for special tokens. */
  readonly text: string;
  readonly special: boolean;
}

/** Panel → host: parameters and result by method name. */
export interface HostRequests {
  /** Runs again on the text as it is now. */
  rerun: { params: null; result: null };
  /** Runs on another part of a text that is longer than the model reads, or chooses from now on which part is read. */
  part: { params: { readonly move: 'next' | 'previous' } | { readonly reads: LongTexts }; result: null };
  /** Lets the user choose where; null when the user cancelled. */
  save: { params: { readonly name: string; readonly bytes: Uint8Array }; result: { readonly path: string | null } };
  copy: { params: { readonly text: string }; result: null };
  /** Puts a link to this view on the clipboard. */
  copyLink: { params: null; result: null };
  /** Saves this view as a file; null when the user cancelled. */
  saveView: { params: null; result: { readonly path: string | null } };
  /** What the ids of a model's tokenizer are called, in the order asked for. */
  vocabulary: { params: { readonly model: string; readonly ids: readonly number[] }; result: readonly VocabularyEntry[] };
  /** Ids as text; `after` stands before them and is not part of it. */
  decode: {
    params: { readonly model: string; readonly ids: readonly number[]; readonly after?: readonly number[] };
    result: Decoded;
  };
  /** A text as the model's tokenizer takes it, or with `specials: false` the tokens of the words alone. */
  encode: {
    params: { readonly model: string; readonly text: string; readonly specials: boolean };
    result: { readonly ids: readonly number[]; readonly typeIds: readonly number[] };
  };
  /** Ids of the tokens with a job. */
  specials: { params: { readonly model: string }; result: SpecialIds };
  /** Opens the model picker and runs again. */
  chooseModel: { params: null; result: null };
  /** Opens the picker of a model's forms and runs again. */
  chooseVariant: { params: { readonly model: string }; result: null };
}

/** Panel → host, no answer. */
export interface HostNotifications {
  ready: null;
  /** The selection changed in the panel; `weights` [S] are the query's row (in groups the mean over its group), null without a query. */
  selected: { readonly selection: Selection; readonly weights: Float32Array | null; readonly grouping: Unit };
  /** Show a token's place in the source, or, of the decoder's text, in the target. */
  reveal: { readonly token: number; readonly target?: boolean };
  failed: { readonly error: WireError };
  /** Show a function of `model/blocks`, read-only. `file` is relative to that folder. */
  code: { readonly file: string; readonly symbol: string };
  /** Opens Headlight's settings. */
  settings: null;
  /** The keyboard goes back to the text. */
  leave: null;
  /** Measured numbers of every head so far, by metric id (`model/metrics`), for side panel and hover; sent again as more are known. */
  measured: { readonly heads: readonly HeadMeasures[] };
}

export interface HeadMeasures {
  readonly kind: Selection['kind'];
  readonly layer: number;
  readonly head: number;
  readonly values: Readonly<Record<string, number>>;
}
