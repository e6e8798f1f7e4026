import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  closeEditors,
  extensionPath,
  headlight,
  open,
  selectLine,
  until,
  untitled,
  useModel,
  visualize,
  workspaceUri,
} from './support.ts';

const KEYS = 'The keys to the cabinet are on the table.';

/** Runs the command and returns the failure that it told. */
async function failure(command = 'headlight.visualizeAttention', ...args: unknown[]) {
  const api = await headlight();
  api.forgetFailure();
  await vscode.commands.executeCommand(command, ...args);
  return until('a failure was told', () => api.failure());
}

/** The next run works, whatever happened before. */
async function nextRunWorks(): Promise<void> {
  await useModel('headlight-gpt');
  const editor = await open('sentences.txt');
  selectLine(editor, 1);
  await visualize(KEYS);
}

async function copyBert(name: string, leaveOut: readonly string[] = []): Promise<vscode.Uri> {
  const from = vscode.Uri.file(extensionPath('media/models/headlight-bert'));
  const to = workspaceUri('failing', name);
  for (const path of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']) {
    if (!leaveOut.includes(path))
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, path), vscode.Uri.joinPath(to, path), { overwrite: true });
  }
  const api = await headlight();
  await until(`${name} is found`, async () => (await api.models()).some((model) => model.name === name));
  return to;
}

suite('failures', () => {
  suiteSetup(() => useModel('headlight-gpt'));
  teardown(async () => {
    await closeEditors();
    await useModel('headlight-gpt');
    await vscode.workspace.fs.delete(workspaceUri('failing'), { recursive: true }).then(undefined, () => undefined);
  });

  test('no text is open', async () => {
    const { code, message } = await failure();
    assert.equal(code, 'empty');
    assert.match(message, /^No text is open\. Open a file with text, or type a sentence/);
    await nextRunWorks();
  });

  test('an empty file', async () => {
    await untitled('');
    const { code, message } = await failure();
    assert.equal(code, 'empty');
    assert.match(message, /There is no text here\./);
    await nextRunWorks();
  });

  test('a text that is a binary file', async () => {
    await untitled('ONNX\u0000\u0008\u0001 pytorch');
    const { code, message } = await failure();
    assert.equal(code, 'format');
    assert.match(message, /is not text\. Choose a text file\.$/);
    await nextRunWorks();
  });

  test('a model without a tokenizer', async () => {
    await copyBert('mute', ['tokenizer.json', 'tokenizer_config.json']);
    await useModel('mute');
    await open('sentences.txt');
    const { code, message } = await failure();
    assert.equal(code, 'tokenizer');
    assert.match(message, /^mute has no tokenizer\.json beside it.*Put the model's tokenizer\.json into its folder\.$/);
    await nextRunWorks();
  });

  test('a model file that is no model', async () => {
    const folder = await copyBert('noise');
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, 'onnx/model.onnx'),
      new TextEncoder().encode('this is not a model at all, only words'),
    );
    await useModel('noise');
    await open('sentences.txt');
    const { code, message } = await failure();
    assert.equal(code, 'format');
    assert.match(message, /model\.onnx/);
    const api = await headlight();
    assert.ok((await api.models()).find((model) => model.name === 'noise')?.problem, 'the side panel says nothing');
    await nextRunWorks();
  });

  test('weights that were deleted meanwhile', async () => {
    const folder = await copyBert('vanishing');
    await useModel('vanishing');
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    await visualize(KEYS);
    await closeAll();
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, 'onnx/model.onnx'));
    selectLine(await open('sentences.txt'), 1);
    const { message } = await failure();
    assert.match(message, /model\.onnx.*no longer there|model vanishing is no longer there|vanishing has no \.onnx/);
    const api = await headlight();
    await until('the side panel knows', async () => !(await api.models()).some(({ name }) => name === 'vanishing'));
    assert.equal((await failure()).message, 'The model vanishing is no longer there. Put it back or choose another one.');
    await nextRunWorks();
  });

  test('a picture model on text', async () => {
    await useModel('headlight-vit');
    await open('sentences.txt');
    const { code, message } = await failure();
    assert.equal(code, 'input');
    assert.match(message, /^headlight-vit reads pictures, not text\. Choose a picture, or a model that reads text\.$/);
    await nextRunWorks();
  });

  test('a run that is cancelled leaves nothing, and the next works', async () => {
    await closeAll();
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const api = await headlight();
    const run = vscode.commands.executeCommand('headlight.visualizeAttention');
    await until('the run has begun', () => api.run());
    await vscode.commands.executeCommand('headlight.cancel');
    await run;
    assert.equal(api.failure(), null, 'a cancelled run is no failure');
    assert.equal(api.run(), null);
    await nextRunWorks();
  });

  test('of two runs at once the later one wins', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const first = vscode.commands.executeCommand('headlight.visualizeAttention');
    selectLine(editor, 5);
    await visualize(editor.document.lineAt(5).text);
    await first;
    const api = await headlight();
    assert.equal(api.run()?.text, editor.document.lineAt(5).text);
    assert.equal(api.run()?.done, true);
    assert.equal(api.failure(), null);
  });
});
