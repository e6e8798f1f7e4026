/** The editor and the run follow each other: the cursor chooses the query, the row is painted, tokens are revealed. */
import {
  Range,
  type TextEditor,
  TextEditorRevealType,
  type TextEditorSelectionChangeEvent,
  Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import { Store } from '../lifetime.ts';
import type { Panel } from '../panel/panel.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';
import { openDocument } from '../text/choose.ts';
import type { Decorations } from './decorations.ts';
import { dimmed, plan } from './plan.ts';
import type { Scale } from './steps.ts';

/** Cursor moves within one frame are one. */
const FRAME_MS = 16;

export class Follow {
  readonly #store = new Store();
  #frame: NodeJS.Timeout | undefined;

  constructor(
    private readonly runs: Runs,
    private readonly decorations: Decorations,
    private readonly panel: Panel,
  ) {
    this.#store.add(runs.onDidChange((run) => this.#paint(run)));
    this.#store.add(runs.onDidUpdate((run) => this.#paint(run)));
    this.#store.add(window.onDidChangeVisibleTextEditors(() => this.#paint(runs.current)));
    this.#store.add(window.onDidChangeTextEditorSelection((change) => this.#cursorMoved(change)));
    this.#store.add(panel.onDidReveal(({ token }) => void this.#reveal(token)));
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
    const { tracked } = run;
    const picture = plan({
      count: run.input.tokens.length,
      rangeOf: (token) => tracked.rangeOf(token),
      weights: run.keysInSource ? run.weights : null,
      query: run.queryInSource ? (run.selection?.query ?? null) : null,
      scale: workspace.getConfiguration('headlight').get<Scale>('editor.scale', 'linear'),
    });
    this.decorations.paint(run.source.uri, run.stale ? dimmed(picture) : picture);
  }

  #cursorMoved({ textEditor }: TextEditorSelectionChangeEvent): void {
    const run = this.runs.current;
    if (!run || textEditor.document.uri.toString() !== run.source.uri) return;
    clearTimeout(this.#frame);
    this.#frame = setTimeout(() => this.#selectAtCursor(run, textEditor), FRAME_MS);
  }

  #selectAtCursor(run: Run, editor: TextEditor): void {
    if (run !== this.runs.current || run.pinned) return;
    const token = run.tracked?.tokenAt(editor.document.offsetAt(editor.selection.active)) ?? null;
    if (token === null) return;
    if (run.queryInSource) {
      if (token !== run.selection?.query) this.runs.select({ query: token });
    } else if (run.keysInSource && token !== run.selection?.key) this.runs.select({ key: token });
  }

  /** Shows a token's place in the source; the keyboard stays in the panel. */
  async #reveal(token: number): Promise<void> {
    const run = this.runs.current;
    const span = run?.tracked?.rangeOf(token);
    if (!run?.source.uri || !span) return;
    const document = await openDocument(Uri.parse(run.source.uri));
    const range = new Range(document.positionAt(span.start), document.positionAt(span.end));
    const shown = window.visibleTextEditors.find((editor) => editor.document === document);
    const viewColumn = this.panel.column === ViewColumn.One ? ViewColumn.Beside : ViewColumn.One;
    const editor = shown ?? (await window.showTextDocument(document, { preserveFocus: true, viewColumn }));
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  }

  dispose(): void {
    clearTimeout(this.#frame);
    this.#store.dispose();
  }
}
