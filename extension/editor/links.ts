/** Two words marked in the editor, as the tokens of the run. */
import type { Range, TextEditor } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { PanelNotifications } from '../../model/protocol/panel.ts';
import type { Run } from '../run/run.ts';
import type { TrackedText } from '../text/tracked.ts';

const ADVICE = 'Mark two words of the text that is shown: one, then the other with the Alt key held. Then run the command again.';

/** @throws HeadlightError `input` when there are not two marks in the text of the run */
export function markedSpans(editor: TextEditor | undefined, { tracked, source }: Run): PanelNotifications['links'] {
  if (!editor || !tracked || editor.document.uri.toString() !== source.uri) throw new HeadlightError('input', ADVICE);
  const [from, to] = editor.selections.map((selection) => {
    const word = selection.isEmpty ? editor.document.getWordRangeAtPosition(selection.active) : selection;
    return tokensIn(editor, tracked, word ?? selection);
  });
  if (editor.selections.length !== 2 || !from?.length || !to?.length) throw new HeadlightError('input', ADVICE);
  return { from, to };
}

/** Tokens that share a character with a range of the document. */
function tokensIn({ document }: TextEditor, tracked: TrackedText, range: Range): number[] {
  const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return Array.from({ length: tracked.count }, (_, token) => token).filter((token) => {
    const place = tracked.rangeOf(token);
    return place !== null && place.start < end && place.end > start;
  });
}
