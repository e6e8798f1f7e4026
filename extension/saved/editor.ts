/** Opening a `.headlight.json` file: the view comes up in the panel; the file's own tab says what it is, or why it cannot be shown. */
import type { CustomTextEditorProvider, TextDocument, Uri, WebviewPanel } from 'vscode';
import { asHeadlightError } from '../../model/errors.ts';
import { readView, type SavedView } from '../../model/protocol/saved-view.ts';
import type { App } from '../app.ts';
import { escapeHtml, makeNonce } from '../panel/html.ts';
import { openView } from './view.ts';

export const VIEW_TYPE = 'headlight.view';

export class ViewEditor implements CustomTextEditorProvider {
  constructor(private readonly app: App) {}

  resolveCustomTextEditor(document: TextDocument, { webview }: WebviewPanel): void {
    webview.options = { enableScripts: false, enableCommandUris: ['headlight.openView', 'vscode.openWith'] };
    const name = document.uri.path.split('/').at(-1) ?? '';
    try {
      const view = readView(document.getText(), name);
      webview.html = page(name, facts(view), document.uri);
      openView(this.app, view).catch((error) => this.app.failures.tell(error));
    } catch (error) {
      webview.html = page(name, [asHeadlightError(error, 'format', name).message], document.uri);
    }
  }
}

function facts({ model, input, selection: { layer, head } }: SavedView): string[] {
  const what = 'picture' in input ? `the picture ${input.picture.split('/').at(-1)}` : `“${input.text.slice(0, 300)}”`;
  const where = layer === undefined || head === undefined ? '' : `, layer ${layer + 1} · head ${head + 1}`;
  return [`${model.name} on ${what}${where}`];
}

function page(name: string, lines: readonly string[], uri: Uri): string {
  const nonce = makeNonce();
  const command = (id: string, args: readonly unknown[]) => escapeHtml(`command:${id}?${encodeURIComponent(JSON.stringify(args))}`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>${escapeHtml(name)}</title>
<style nonce="${nonce}">body { padding: 2em; max-width: 60em; } h1 { font-size: 1.2em; } a { margin-inline-end: 1.5em; }</style>
</head>
<body>
<h1>${escapeHtml(name)}</h1>
${lines.map((line) => `<p dir="auto">${escapeHtml(line)}</p>`).join('\n')}
<p><a href="${command('headlight.openView', [uri])}">Show it in the panel</a><a href="${command('vscode.openWith', [uri, 'default'])}">Open it as text</a></p>
</body>
</html>`;
}
