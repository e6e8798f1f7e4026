/** Which text to run: selection, else the paragraph at the cursor, else the whole file. */
import {
  commands,
  type DocumentSymbol,
  type NotebookEditor,
  Range,
  type Selection,
  SymbolKind,
  type TextDocument,
  type TextEditor,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { looksBinary, paragraphAt } from './paragraph.ts';
import { type Chosen, joined, type SourceText } from './source.ts';

export type Scope = 'auto' | 'paragraph' | 'function' | 'file';

/** Text of the editor that the user is in, or was in last; @throws HeadlightError `empty` with what to do */
export async function chooseText(editor: TextEditor | undefined, scope: Scope = 'auto'): Promise<SourceText> {
  if (!editor) throw new HeadlightError('empty', 'No text is open. Open a file with text, or type a sentence with “Visualize a Sentence”.');
  const { document, selection } = editor;
  const filled = filledSelections(editor);
  if (scope === 'auto' && filled.length > 0)
    return fromRanges(document, filled, selection, filled.length === 1 ? 'the selection' : 'the selections');
  const range = await rangeFor(document, selection, scope);
  return fromRanges(document, [range.range], selection, range.what);
}

/** Two selections as a pair. Null when there are not exactly two. */
export function choosePair(editor: TextEditor | undefined): SourceText | null {
  const filled = editor ? filledSelections(editor) : [];
  if (!editor || filled.length !== 2) return null;
  return fromRanges(editor.document, filled, editor.selection, 'the pair', true);
}

/** Two selections as a source and a target. Null when there are not exactly two. */
export function chooseTwo(editor: TextEditor | undefined): { readonly source: SourceText; readonly target: SourceText } | null {
  const filled = editor ? filledSelections(editor) : [];
  const [first, second] = filled;
  if (!editor || !first || !second || filled.length !== 2) return null;
  const { document, selection } = editor;
  return {
    source: fromRanges(document, [first], selection, 'the first selection'),
    target: fromRanges(document, [second], selection, 'the second selection'),
  };
}

/** The part of a document that a run over `start, length` stretches was about. */
export function fromStretches(
  document: TextDocument,
  stretches: readonly { start: number; length: number }[],
  what: string,
  pair: boolean,
): SourceText {
  const ranges = stretches.map(({ start, length }) => new Range(document.positionAt(start), document.positionAt(start + length)));
  return fromRanges(document, ranges, null, what, pair);
}

/** A sentence that is in no document. */
export function typed(text: string, pair: string | null = null): SourceText {
  const chosen =
    pair === null
      ? [{ start: 0, text }]
      : [
          { start: 0, text },
          { start: 0, text: pair },
        ];
  return joined(null, chosen, -1, 'a typed sentence', pair !== null);
}

function filledSelections({ document, selections }: TextEditor): Range[] {
  return selections
    .filter((selection) => !selection.isEmpty && document.getText(selection).trim() !== '')
    .map((selection) => new Range(selection.start, selection.end))
    .sort((a, b) => a.start.compareTo(b.start));
}

function fromRanges(document: TextDocument, ranges: readonly Range[], selection: Selection | null, what: string, pair = false): SourceText {
  const chosen: Chosen[] = ranges.map((range) => ({ start: document.offsetAt(range.start), text: document.getText(range) }));
  if (chosen.some(({ text }) => looksBinary(text))) {
    throw new HeadlightError('format', `${nameOf(document.uri)} is not text. Choose a text file.`);
  }
  const cursor = selection ? document.offsetAt(selection.active) : -1;
  return joined(document.uri.toString(), chosen, cursor, what, pair);
}

const nameOf = (uri: Uri) => uri.path.split('/').at(-1) ?? uri.toString();

async function rangeFor(document: TextDocument, selection: Selection, scope: Scope): Promise<{ range: Range; what: string }> {
  if (scope === 'function') return { range: await functionAt(document, selection), what: 'the function' };
  const lines = { count: document.lineCount, text: (line: number) => document.lineAt(line).text };
  const paragraph = scope === 'file' ? null : paragraphAt(lines, selection.active.line);
  if (paragraph) {
    return {
      range: new Range(document.lineAt(paragraph.first).range.start, document.lineAt(paragraph.last).range.end),
      what: 'the paragraph',
    };
  }
  const last = document.lineAt(document.lineCount - 1).range.end;
  return { range: new Range(document.lineAt(0).range.start, last), what: 'the whole file' };
}

const FUNCTIONS: ReadonlySet<SymbolKind> = new Set([SymbolKind.Function, SymbolKind.Method, SymbolKind.Constructor]);

/** The innermost function around the cursor. @throws HeadlightError `input` when the language tells of none */
async function functionAt(document: TextDocument, { active }: Selection): Promise<Range> {
  const symbols = (await commands.executeCommand<DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', document.uri)) ?? [];
  let found: Range | null = null;
  const visit = (symbol: DocumentSymbol) => {
    if (!symbol.range.contains(active)) return;
    if (FUNCTIONS.has(symbol.kind)) found = symbol.range;
    symbol.children?.forEach(visit);
  };
  symbols.forEach(visit);
  if (found) return found;
  throw new HeadlightError('input', 'The cursor is in no function that the language’s extension knows of. Select the text instead.');
}

/** The text editor that a command means: the active one, the focused notebook's cell, else any that shows text. */
export function editorInUse(): TextEditor | undefined {
  return (
    window.activeTextEditor ??
    cellEditor(window.activeNotebookEditor) ??
    window.visibleTextEditors.find(({ document }) => isText(document.uri))
  );
}

function cellEditor(notebook: NotebookEditor | undefined): TextEditor | undefined {
  const index = notebook?.selection.start;
  if (!notebook || index === undefined || index >= notebook.notebook.cellCount) return undefined;
  const uri = notebook.notebook.cellAt(index).document.uri.toString();
  return window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
}

const isText = ({ scheme }: Uri) => scheme !== 'output' && scheme !== 'debug' && scheme !== 'comment';

/** The document of a URI, opened when it is not. @throws HeadlightError `not-found` */
export async function openDocument(uri: Uri): Promise<TextDocument> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open;
  try {
    return await workspace.openTextDocument(uri);
  } catch (error) {
    throw new HeadlightError('not-found', `${nameOf(uri)} cannot be opened any more. Open another text and run again.`, { cause: error });
  }
}
