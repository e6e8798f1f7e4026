/** Saving a view, copying a link to it, and opening either. */
import { env, Uri, window, workspace } from 'vscode';
import { readView, writeView } from '../../model/protocol/saved-view.ts';
import type { App } from '../app.ts';
import { isLink, linkTo, viewInLink } from './link.ts';
import { openView, viewNow } from './view.ts';

/** @returns where it was saved, null when the user cancelled */
export async function saveView(app: App): Promise<string | null> {
  const view = await viewNow(app);
  const { layer = 0, head = 0 } = view.selection;
  const name = `${view.model.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-L${layer + 1}H${head + 1}.headlight.json`;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const filters = { 'Headlight view': ['headlight.json'] };
  const target = await window.showSaveDialog({ filters, ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}) });
  if (!target) return null;
  await workspace.fs.writeFile(target, new TextEncoder().encode(writeView(view)));
  return target.fsPath;
}

export async function copyLink(app: App): Promise<string> {
  const link = linkTo(await viewNow(app));
  await env.clipboard.writeText(link);
  return link;
}

/** Opens a saved view: the file or link that is meant, else one that the user chooses. */
export async function openViewFile(app: App, target: unknown): Promise<void> {
  const uri = uriOf(target) ?? (await window.showOpenDialog({ filters: { 'Headlight view': ['json'] }, title: 'A saved view' }))?.[0];
  if (!uri) return;
  if (isLink(uri)) return openView(app, viewInLink(uri));
  const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
  await openView(app, readView(text, uri.path.split('/').at(-1) ?? ''));
}

/** A link of a page gives the parts of a URI, the explorer the URI itself. */
function uriOf(target: unknown): Uri | null {
  if (target instanceof Uri) return target;
  if (typeof target !== 'object' || target === null || !('scheme' in target) || !('path' in target)) return null;
  return Uri.from(target as { scheme: string; path: string });
}
