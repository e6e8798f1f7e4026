import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SavedView } from '../../../model/protocol/saved-view.ts';
import { closeEditors, headlight, open, selectLine, until, useModel, visualize, workspaceUri } from './support.ts';

const KEYS = 'The keys to the cabinet are on the table.';

/** The link on the clipboard once the panel has given its look. */
async function copiedLink(): Promise<string> {
  await vscode.env.clipboard.writeText('');
  await vscode.commands.executeCommand('headlight.copyLink');
  return until('a link is on the clipboard', async () => (await vscode.env.clipboard.readText()) || null);
}

const viewIn = (link: string): SavedView =>
  JSON.parse(Buffer.from(new URLSearchParams(vscode.Uri.parse(link).query).get('v')!, 'base64url').toString('utf8'));

async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceUri(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Waits until this text is shown with this head. */
async function shown(text: string, { layer, head, query }: SavedView['selection']) {
  const api = await headlight();
  return until(`${text} is shown again`, () => {
    const run = api.run();
    const now = run?.selection;
    return run?.done && run.text === text && now && now.layer === layer && now.head === head && now.query === query && run.weights
      ? run
      : null;
  });
}

suite('links and saved views', function () {
  this.timeout(600_000);
  let link: string;
  let view: SavedView;

  suiteSetup(async () => {
    await useModel('headlight-gpt');
    selectLine(await open('sentences.txt'), 1);
    await visualize(KEYS);
    for (let i = 0; i < 3; i++) await vscode.commands.executeCommand('headlight.nextHead');
    link = await copiedLink();
    view = viewIn(link);
  });
  suiteTeardown(closeEditors);

  test('a link names model, text, place in the document and head, and no path of this machine', () => {
    assert.match(link, /^[a-z-]+:\/\/headlight\.headlight\/view\?v=[\w-]+$/);
    assert.deepEqual(view.model, { name: 'headlight-gpt', place: 'built-in:headlight-gpt' });
    assert.ok('text' in view.input);
    assert.equal(view.input.text, KEYS);
    assert.equal(view.input.document, 'workspace:sentences.txt');
    assert.ok(!JSON.stringify(view).includes(vscode.workspace.workspaceFolders![0]!.uri.path));
  });

  test('opening the link after other things shows the same again, tied to its document', async () => {
    await useModel('headlight-bert');
    selectLine(await open('sentences.txt'), 3);
    await visualize();
    const api = await headlight();
    api.forgetFailure();
    await vscode.commands.executeCommand('headlight.openView', vscode.Uri.parse(link));
    const run = await shown(KEYS, view.selection);
    assert.equal(run.model, 'headlight-gpt');
    assert.equal(api.failure(), null);
    await until('the document is painted again', () => api.painted());
  });

  test('a saved file opens its view; the text is the saved one even where the document has changed', async () => {
    assert.ok('text' in view.input);
    const changed = { ...view, input: { ...view.input, stretches: [{ start: 0, length: 3 }] }, selection: { ...view.selection, layer: 1 } };
    const uri = await write('kept.headlight.json', JSON.stringify(changed));
    await vscode.commands.executeCommand('vscode.open', uri);
    await shown(KEYS, changed.selection);
    await vscode.workspace.fs.delete(uri);
  });

  test('a malformed file, a newer one, a model that is gone and a link out of the workspace get their sentence', async () => {
    const api = await headlight();
    const refusal = async (target: vscode.Uri) => {
      api.forgetFailure();
      await vscode.commands.executeCommand('headlight.openView', target);
      return until('the failure is told', () => api.failure());
    };
    const file = async (content: unknown) => write('odd.headlight.json', typeof content === 'string' ? content : JSON.stringify(content));
    assert.match((await refusal(await file('{'))).message, /^odd\.headlight\.json is no saved view of Headlight: it is not JSON\./);
    assert.equal((await refusal(await file({ headlight: 2 }))).code, 'unsupported');
    const gone = { ...view, model: { name: 'nobody', place: 'workspace:nobody' } };
    assert.match((await refusal(await file(gone))).message, /The model nobody of this view is not there/);
    const variant = { ...view, model: { ...view.model, variant: 'onnx/model_q4.onnx' } };
    assert.equal((await refusal(await file(variant))).message, 'headlight-gpt has no variant onnx/model_q4.onnx.');
    const outside = { ...view, input: { ...view.input, document: 'file:///etc/hostname' } };
    const coded = Buffer.from(JSON.stringify(outside)).toString('base64url');
    assert.equal((await refusal(vscode.Uri.parse(`vscode://headlight.headlight/view?v=${coded}`))).code, 'path');
    await vscode.workspace.fs.delete(workspaceUri('odd.headlight.json'));
    api.forgetFailure();
  });
});
