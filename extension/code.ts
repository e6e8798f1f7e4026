/** The blocks' own source, as it was packaged: shown read-only beside the panel, at one function. */
import { type Disposable, Position, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import type { HostNotifications } from '../model/protocol/panel.ts';

/** Documents of a scheme that only a provider writes cannot be edited. */
const SCHEME = 'headlight-code';

/** Gives the documents their text. Whoever creates it disposes it. */
export function provideCode(extension: Uri): Disposable {
  return workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: async ({ path }) => {
      const bytes = await workspace.fs.readFile(Uri.joinPath(extension, 'out', path));
      return new TextDecoder().decode(bytes);
    },
  });
}

/**
 * Opens the function where the text stands, and leaves the keyboard in the panel.
 * @throws Error what VS Code says of a file that is not there
 */
export async function showCode({ file, symbol }: HostNotifications['code']): Promise<void> {
  const document = await workspace.openTextDocument(Uri.from({ scheme: SCHEME, path: `/blocks/${file}` }));
  const starts = ['function', 'const'].flatMap((kind) => [
    `export ${kind} ${symbol}(`,
    `export ${kind} ${symbol}<`,
    `export ${kind} ${symbol}:`,
  ]);
  const lines = document.getText().split('\n');
  const line = Math.max(
    0,
    lines.findIndex((text) => starts.some((start) => text.startsWith(start))),
  );
  const at = new Position(line, 0);
  const column = window.visibleTextEditors[0]?.viewColumn ?? ViewColumn.One;
  await window.showTextDocument(document, { viewColumn: column, preview: true, preserveFocus: true, selection: new Range(at, at) });
}
