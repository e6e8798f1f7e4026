/** What the side panel's menus do with a model beyond running it: its page, its path, its facts as a text. */
import { env, Uri, ViewColumn, window, workspace } from 'vscode';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { summaryOf } from '../../model/explore/summary.ts';
import type { Model } from '../models/model.ts';
import { folderOf } from './folder.ts';
import { Reader } from './reader.ts';

/** Which file of a model its page shows: its own, the index of its shards, its weights, its graph. */
const PREFERRED = [
  /^model\.safetensors\.index\.json$/,
  /\.safetensors\.index\.json$/,
  /^model\.safetensors$/,
  /\.safetensors$/,
  /model\.onnx$/,
  /\.onnx$/,
];

/** @throws HeadlightError `not-found` for a folder without weights */
export async function pageFileOf(model: Model): Promise<Uri> {
  if (model.candidate.entry !== '') return model.uri;
  const paths = (await model.files()).map(({ path }) => path);
  const found = PREFERRED.map((pattern) => paths.find((path) => pattern.test(path))).find(Boolean);
  if (!found) throw new HeadlightError('not-found', `${model.name} has no .safetensors or .onnx file whose page could be opened.`);
  return Uri.joinPath(model.root, found);
}

export async function copyPath(model: Model): Promise<void> {
  await env.clipboard.writeText(model.uri.scheme === 'file' ? model.uri.fsPath : model.uri.toString());
}

/** The facts of a model as Markdown. */
export async function summaryText(model: Model, script: Uri): Promise<string> {
  const reader = await Reader.start(script, await folderOf(await pageFileOf(model)));
  try {
    const { channel } = reader;
    const facts = await channel.request('facts', null);
    const attention = await channel
      .request('attention', null)
      .catch((error) => asHeadlightError(error, 'internal', 'It cannot be read').message);
    return summaryOf(model.name, facts, attention);
  } finally {
    reader.dispose();
  }
}

/** Opens the facts of a model, to be saved or sent. */
export async function exportSummary(model: Model, script: Uri): Promise<void> {
  const document = await workspace.openTextDocument({ language: 'markdown', content: await summaryText(model, script) });
  await window.showTextDocument(document, { viewColumn: ViewColumn.Active, preview: false });
}
