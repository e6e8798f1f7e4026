/** Quick fixes in a `config.json`: only numbers that the weights themselves have, never a guess. */
import { CodeAction, CodeActionKind, Range, type TextDocument, WorkspaceEdit } from 'vscode';
import type { ConfigProblem } from '../../model/explore/config-problems.ts';
import { keyIn, numberOf } from './config-text.ts';

/** The fixes of the problems whose line a range touches. */
export function fixesOf(document: TextDocument, range: Range, problems: readonly ConfigProblem[]): CodeAction[] {
  return problems.flatMap(({ key, fix }) => {
    const place = key === null || !fix ? null : numberOf(document.getText(), key);
    if (!fix || !place || !rangeOf(document, key).intersection(range)) return [];
    const action = new CodeAction(`Set ${key} to ${fix.value}, ${fix.why}`, CodeActionKind.QuickFix);
    action.edit = new WorkspaceEdit();
    action.edit.replace(document.uri, new Range(document.positionAt(place.start), document.positionAt(place.end)), String(fix.value));
    action.isPreferred = true;
    return [action];
  });
}

/** The line of a key, from the key to the end of its value; the first line for the file as a whole. */
export function rangeOf(document: TextDocument, key: string | null): Range {
  const at = key === null ? -1 : keyIn(document.getText(), key);
  if (at < 0) return new Range(0, 0, 0, document.lineAt(0).text.length);
  const start = document.positionAt(at);
  const line = document.lineAt(start.line).text;
  return new Range(start.line, start.character, start.line, line.replace(/,\s*$/, '').trimEnd().length);
}
