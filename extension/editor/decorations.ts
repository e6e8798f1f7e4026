/** Paints a plan into editors with sixteen decoration types, one for each step, made once. */
import {
  DecorationRangeBehavior,
  OverviewRulerLane,
  Range,
  type TextDocument,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
} from 'vscode';
import { Store } from '../lifetime.ts';
import type { Span } from '../text/tracked.ts';
import type { Plan } from './plan.ts';
import { colorId, OWN_TEXT_FROM, QUERY_COLOR_ID, STEPS, TEXT_COLOR_ID } from './steps.ts';

/** What was painted last, for tests and for whoever asks. */
export interface Painted {
  readonly uri: string;
  readonly plan: Plan;
}

export class Decorations {
  readonly #store = new Store();
  readonly #steps: readonly TextEditorDecorationType[];
  readonly #query: TextEditorDecorationType;
  #painted: Painted | null = null;

  constructor() {
    this.#steps = Array.from({ length: STEPS }, (_, index) => this.#store.add(window.createTextEditorDecorationType(stepStyle(index + 1))));
    this.#query = this.#store.add(
      window.createTextEditorDecorationType({
        border: '1.5px solid',
        borderColor: new ThemeColor(QUERY_COLOR_ID),
        borderRadius: '2px',
        overviewRulerColor: new ThemeColor(QUERY_COLOR_ID),
        overviewRulerLane: OverviewRulerLane.Full,
        rangeBehavior: DecorationRangeBehavior.ClosedClosed,
      }),
    );
  }

  get painted(): Painted | null {
    return this.#painted;
  }

  /** Paints every visible editor of the document; other editors lose what they had. */
  paint(uri: string, plan: Plan): void {
    this.#painted = { uri, plan };
    for (const editor of window.visibleTextEditors) {
      if (editor.document.uri.toString() === uri) this.#paintEditor(editor, plan);
    }
  }

  #paintEditor(editor: TextEditor, { steps, query }: Plan): void {
    for (const [index, type] of this.#steps.entries()) {
      editor.setDecorations(
        type,
        (steps[index] ?? []).map((span) => rangeOf(editor.document, span)),
      );
    }
    editor.setDecorations(this.#query, query ? [rangeOf(editor.document, query)] : []);
  }

  clear(): void {
    this.#painted = null;
    for (const editor of window.visibleTextEditors) {
      for (const type of [...this.#steps, this.#query]) editor.setDecorations(type, []);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const rangeOf = (document: TextDocument, { start, end }: Span) => new Range(document.positionAt(start), document.positionAt(end));

function stepStyle(step: number) {
  return {
    backgroundColor: new ThemeColor(colorId(step)),
    ...(step >= OWN_TEXT_FROM ? { color: new ThemeColor(TEXT_COLOR_ID) } : {}),
    borderRadius: '2px',
    overviewRulerColor: new ThemeColor(colorId(step)),
    overviewRulerLane: OverviewRulerLane.Center,
    rangeBehavior: DecorationRangeBehavior.ClosedClosed,
  };
}
