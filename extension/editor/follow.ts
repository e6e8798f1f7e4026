/** The editor and the run follow each other: the cursor chooses the query, the row is painted, tokens are revealed. */
import {
  commands,
  type Position,
  Range,
  type TextDocument,
  type TextEditor,
  TextEditorRevealType,
  type TextEditorSelectionChangeEvent,
  Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import { type Group, regroupRow } from '../../model/text/index.ts';
import { Store } from '../lifetime.ts';
import type { Panel } from '../panel/panel.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';
import { openDocument } from '../text/choose.ts';
import type { Span, TrackedText } from '../text/tracked.ts';
import type { Decorations } from './decorations.ts';
import { dimmed, joined, type PlanInput, plan } from './plan.ts';
import type { Scale } from './steps.ts';

/** Cursor moves within one frame are one. */
const FRAME_MS = 16;
/** A cursor that stays this long outside the part that is shown asks for the part around it. */
const SETTLE_MS = 400;

/** A word of the target is the row that foretells it in attention to the source, and the row after, which has read it, in a decoder's to itself. */
const rowShift = ({ selection }: Run): number => (selection?.kind === 'decoder' ? 1 : 0);

/** The same for groups of tokens, where the panel groups. */
function inGroups(input: PlanInput, groups: readonly Group[] | null): PlanInput {
  if (!groups) return input;
  const { weights, query, rangeOf } = input;
  return {
    ...input,
    count: groups.length,
    rangeOf: (place) => around(groups[place]!.tokens.flatMap((token) => rangeOf(token) ?? [])),
    weights: weights && regroupRow(weights, groups),
    query: query === null ? null : groups.findIndex(({ tokens }) => tokens.includes(query)),
  };
}

/** From the first to the last of some spans. */
function around(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return null;
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** What each text of a run gets painted with: a row over its keys, or, of a word of the source, a column over the target. */
function planInputs(run: Run, source: TrackedText, scale: Scale): PlanInput[] {
  const { selection, trackedTarget: target } = run;
  const asksKey = selection?.kind === 'cross' && target !== null && run.asks === 'key';
  const outlined = run.queryInSource ? (selection?.query ?? null) : asksKey ? selection.key : null;
  const ofSource: PlanInput = {
    count: run.input.tokens.length,
    rangeOf: (token) => source.rangeOf(token),
    weights: run.keysInSource && !asksKey ? run.weights : null,
    query: outlined,
    scale,
  };
  const inSource = inGroups(ofSource, run.keysInSource ? run.groupsOf('keys') : null);
  if (!target || run.queryInSource) return [inSource];
  const shift = rowShift(run);
  const inTarget: PlanInput = {
    count: run.target?.tokens.length ?? 0,
    rangeOf: (token) => target.rangeOf(token),
    weights: asksKey ? (run.column?.weights ?? null) : shift > 0 ? (run.weights?.subarray(shift) ?? null) : null,
    query: asksKey || selection?.query == null ? null : selection.query - shift,
    scale,
  };
  return [inSource, inTarget];
}

const editorOf = (document: TextDocument) => window.visibleTextEditors.find((editor) => editor.document === document);

export class Follow {
  readonly #store = new Store();
  #frame: NodeJS.Timeout | undefined;
  #settle: NodeJS.Timeout | undefined;
  /** Cursors as they were when a run was asked for, by document, and where one was moved while it was on its way. */
  #cursors: ReadonlyMap<string, Position> = new Map();
  #movedMeanwhile: TextEditor | null = null;

  constructor(
    private readonly runs: Runs,
    private readonly decorations: Decorations,
    private readonly panel: Panel,
    /** Runs on the part of the text around an offset of the document. */
    private readonly reread: (cursor: number) => void,
  ) {
    this.#store.add(runs.onDidChange((run) => this.#paint(run)));
    this.#store.add(runs.onDidUpdate((run) => this.#paint(run)));
    this.#store.add(runs.onDidStart(() => this.#noteCursors()));
    this.#store.add(runs.onDidFinish((run) => this.#catchUp(run)));
    this.#store.add(window.onDidChangeVisibleTextEditors(() => this.#paint(runs.current)));
    this.#store.add(window.onDidChangeTextEditorSelection((change) => this.#cursorMoved(change)));
    this.#store.add(panel.onDidReveal(({ token, target }) => void this.#reveal(token, target ?? false)));
    this.#store.add(panel.onDidLeave(() => void this.focusText()));
    this.#store.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('headlight.editor')) this.#paint(runs.current);
      }),
    );
  }

  #paint(run: Run | null): void {
    if (!run?.tracked || run.source.uri === null) {
      if (this.decorations.painted) this.decorations.clear();
      return;
    }
    const scale = workspace.getConfiguration('headlight').get<Scale>('editor.scale', 'linear');
    const picture = joined(planInputs(run, run.tracked, scale).map(plan));
    this.decorations.paint(run.source.uri, run.stale ? dimmed(picture) : picture);
    this.#askColumn(run);
  }

  /** Who looks at the chosen word of the source: asked when the target stands in the editor too. */
  #askColumn(run: Run): void {
    const { selection } = run;
    if (selection?.kind !== 'cross' || !run.trackedTarget || selection.key === null || run.asks !== 'key') return;
    const { kind, layer, head, key } = selection;
    const name = `${layer}/${head}/${key}`;
    if (run.column?.name === name) return;
    run.column = { name, weights: null };
    this.panel.row({ kind, layer, head, token: key, direction: 'to' }).then(
      (weights) => {
        if (run.column?.name !== name) return;
        run.column = { name, weights };
        if (run === this.runs.current) this.#paint(run);
      },
      (error: unknown) => console.warn('No column', error),
    );
  }

  #noteCursors(): void {
    this.#movedMeanwhile = null;
    this.#cursors = new Map(window.visibleTextEditors.map(({ document, selection }) => [document.uri.toString(), selection.active]));
  }

  /** What the cursor asked before there was anybody to answer. */
  #catchUp(run: Run): void {
    const editor = this.#movedMeanwhile;
    this.#movedMeanwhile = null;
    if (editor?.document.uri.toString() === run.source.uri) this.#selectAtCursor(run, editor!);
  }

  #cursorMoved({ textEditor }: TextEditorSelectionChangeEvent): void {
    const run = this.runs.current;
    const { document, selection } = textEditor;
    // VS Code tells of the selection that was run a moment later, as if it were a new one.
    if (this.runs.working && !this.#cursors.get(document.uri.toString())?.isEqual(selection.active)) this.#movedMeanwhile = textEditor;
    if (!run || document.uri.toString() !== run.source.uri) return;
    clearTimeout(this.#frame);
    clearTimeout(this.#settle);
    this.#frame = setTimeout(() => this.#selectAtCursor(run, textEditor), FRAME_MS);
    if (run.input.part?.reads === 'follow' && !run.pinned) this.#settle = setTimeout(() => this.#readAround(run, textEditor), SETTLE_MS);
  }

  /** Follows a cursor that left the part on view. */
  #readAround(run: Run, { document, selection }: TextEditor): void {
    const cursor = document.offsetAt(selection.active);
    if (run === this.runs.current && run.leftOut(cursor)) this.reread(cursor);
  }

  #selectAtCursor(run: Run, editor: TextEditor): void {
    if (run !== this.runs.current || run.pinned) return;
    const offset = editor.document.offsetAt(editor.selection.active);
    const said = run.queryInSource ? null : (run.trackedTarget?.tokenAt(offset) ?? null);
    const token = run.tracked?.tokenAt(offset) ?? null;
    if (run.queryInSource) this.#choose(run, 'query', token);
    else if (said !== null) this.#choose(run, 'query', said + rowShift(run));
    else if (run.keysInSource) this.#choose(run, 'key', token);
  }

  #choose(run: Run, which: 'query' | 'key', token: number | null): void {
    if (token === null || (token === run.selection?.[which] && run.asks === which)) return;
    run.asks = which;
    this.runs.select({ [which]: token });
  }

  /** Shows a token's place in the source; the keyboard stays in the panel. */
  async #reveal(token: number, target: boolean): Promise<void> {
    const run = this.runs.current;
    const span = (target ? run?.trackedTarget : run?.tracked)?.rangeOf(token);
    if (!run?.source.uri || !span) return;
    const document = await openDocument(Uri.parse(run.source.uri));
    const range = new Range(document.positionAt(span.start), document.positionAt(span.end));
    const shown = editorOf(document);
    const editor = shown ?? (await window.showTextDocument(document, { preserveFocus: true, viewColumn: this.#beside }));
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** Moves the keyboard from the panel to the text that was run, its cursor where it was; without a text to the editors before the panel. */
  async focusText(): Promise<void> {
    const uri = this.runs.current?.source.uri;
    if (!uri || this.runs.current?.ofPicture) {
      await commands.executeCommand('workbench.action.focusPreviousGroup');
      return;
    }
    const document = await openDocument(Uri.parse(uri));
    await window.showTextDocument(document, { viewColumn: editorOf(document)?.viewColumn ?? this.#beside });
  }

  /** A column that the panel does not stand in. */
  get #beside(): ViewColumn {
    return this.panel.column === ViewColumn.One ? ViewColumn.Beside : ViewColumn.One;
  }

  dispose(): void {
    clearTimeout(this.#frame);
    clearTimeout(this.#settle);
    this.#store.dispose();
  }
}
