/** What the suites inside VS Code share: the extension's own view of itself, waiting, editors, goldens. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { HeadlightApi, RunView } from '../../../extension/api.ts';

export const WAIT_MS = 90_000;

function extension(): vscode.Extension<HeadlightApi> {
  const found = vscode.extensions.getExtension<HeadlightApi>('headlight.headlight');
  assert.ok(found, 'VS Code does not know headlight.headlight');
  return found;
}

export const headlight = (): Promise<HeadlightApi> => Promise.resolve(extension().activate());
export const extensionPath = (...parts: string[]): string => join(extension().extensionPath, ...parts);

/** Waits until `read` gives something; fails with the last thing that it said. */
export async function until<T>(
  what: string,
  read: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  limitMs = WAIT_MS,
): Promise<T> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const value = await read();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`Waited ${limitMs} ms in vain until ${what}.`);
}

export const workspaceUri = (...parts: string[]): vscode.Uri => vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, ...parts);

/** A file of the workspace in an editor of the first column. */
export async function open(name: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(workspaceUri(name));
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

/** A text in a new file that nobody saved. */
export async function untitled(content: string, language = 'plaintext'): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

/** Selects a whole line (counting from 0). */
export function selectLine(editor: vscode.TextEditor, line: number): void {
  const { range } = editor.document.lineAt(line);
  editor.selection = new vscode.Selection(range.start, range.end);
}

/** Puts the cursor at the first `word` on a line. */
export function cursorAt(editor: vscode.TextEditor, line: number, word: string): void {
  const column = editor.document.lineAt(line).text.indexOf(word);
  assert.ok(column >= 0, `${word} is not on line ${line + 1}`);
  const at = new vscode.Position(line, column + 1);
  editor.selection = new vscode.Selection(at, at);
}

async function closePanel(): Promise<void> {
  const api = await headlight();
  await vscode.commands.executeCommand('headlight.closePanel');
  await until('the panel is closed', () => !api.panelIsOpen());
}

export async function useModel(name: string): Promise<void> {
  const api = await headlight();
  const model = (await api.models()).find((one) => one.name === name);
  assert.ok(model, `${name} is not among the models`);
  if (model.active) return;
  // An open panel would run its text again with the other model.
  await closePanel();
  await vscode.commands.executeCommand('headlight.useModel', vscode.Uri.parse(model.id));
}

/** Runs the command and waits for its result on `text`; fails with the extension's own sentence. */
export async function visualize(text?: string, command = 'headlight.visualizeAttention'): Promise<RunView> {
  const api = await headlight();
  api.forgetFailure();
  await vscode.commands.executeCommand(command);
  assert.equal(api.failure()?.message, undefined);
  const run = await until('the run is done', () => {
    const now = api.run();
    return now?.done && now.selection && now.weights ? now : null;
  }).catch((error) => {
    const now = api.run();
    assert.fail(
      `${error.message} ${JSON.stringify({ done: now?.done, selection: now?.selection, weights: now?.weights?.length, failure: api.failure() })}`,
    );
  });
  if (text !== undefined) assert.equal(run.text, text);
  return run;
}

/** Closes every editor, forgetting changes. The panel stays: to start its engine anew for every test would be most of the time. */
export async function closeEditors(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty) continue;
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter(({ input }) => !(input instanceof vscode.TabInputWebview)));
  (await headlight()).forgetFailure();
}

/** Closes the panel and every editor. */
export async function closeAll(): Promise<void> {
  await closeEditors();
  await closePanel();
}

/** Golden attention [L][H·T·T] of the n-th text of a built-in model, and its ids. */
export interface Golden {
  readonly ids: readonly number[];
  readonly layers: readonly Float32Array[];
  readonly heads: number;
}

export function golden(model: string, n: number): Golden {
  const bytes = readFileSync(extensionPath('test/data/goldens', `${model}.safetensors`));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  const part = (name: string) => {
    const entry = header[name];
    assert.ok(entry, `the golden has no ${name}`);
    const [begin, end] = entry.data_offsets;
    const copy = new Uint8Array(bytes.subarray(8 + length + begin, 8 + length + end));
    return { shape: entry.shape, buffer: copy.buffer };
  };
  const layers: Float32Array[] = [];
  while (header[`${n}/attention/${layers.length}`]) layers.push(new Float32Array(part(`${n}/attention/${layers.length}`).buffer));
  assert.ok(layers.length > 0, `the golden has no text ${n} of ${model}`);
  const ids = Array.from(new BigInt64Array(part(`${n}/ids`).buffer), Number);
  return { ids, layers, heads: part(`${n}/attention/0`).shape[0]! };
}

/** Row of a golden: the weights of query `t` in a head. */
export function goldenRow({ ids, layers }: Golden, layer: number, head: number, t: number): Float32Array {
  const { length } = ids;
  const start = (head * length + t) * length;
  return layers[layer]!.subarray(start, start + length);
}

/** Text of the n-th golden of a model. */
export function goldenText(model: string, n: number): string {
  const { texts } = JSON.parse(readFileSync(extensionPath('test/data/goldens/goldens.json'), 'utf8')) as {
    texts: Record<string, string[]>;
  };
  return texts[model]![n]!;
}
