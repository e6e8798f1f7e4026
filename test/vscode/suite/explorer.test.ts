/** The pages of model files in a real VS Code: opened in place of binary noise, at once whatever their size, with a sentence where they are bad. */
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PageView } from '../../../extension/api.ts';
import { closeAll, extensionPath, headlight, until, workspaceUri } from './support.ts';

const folder = () => workspaceUri('pages').fsPath;

/** Opens a file as a click in the explorer does, and waits for its painted page. */
async function opened(uri: vscode.Uri): Promise<PageView> {
  const api = await headlight();
  await vscode.commands.executeCommand('vscode.open', uri);
  return until(`the page of ${uri.path} is painted`, async () =>
    (await api.pages()).find((page) => page.uri === uri.toString() && page.paintedMs !== null),
  );
}

/** A checkpoint of one table and 72 matrices, as long as asked and empty on the disk. */
function writeWeights(path: string, size: number): void {
  const rows = Math.floor(size / 73 / 4096 / 4);
  const entries = Array.from({ length: 73 }, (_, i) => {
    const name = i === 0 ? 'model.embed_tokens.weight' : `model.layers.${i - 1}.self_attn.q_proj.weight`;
    return [name, { dtype: 'F32', shape: [rows, 4096], data_offsets: [i * rows * 16384, (i + 1) * rows * 16384] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, header);
  ftruncateSync(file, 8 + header.length + 73 * rows * 16384);
  closeSync(file);
}

suite('pages of model files', () => {
  setup(() => mkdirSync(folder(), { recursive: true }));
  teardown(async () => {
    await closeAll();
    rmSync(folder(), { recursive: true, force: true });
  });

  test('an .onnx file opens as a page: facts, tensors, attention', async () => {
    const { facts } = await opened(vscode.Uri.file(extensionPath('media/models/headlight-bert/onnx/model.onnx')));
    assert.equal(facts?.architecture, 'bert');
    assert.equal(facts.entry, 'onnx/model.onnx');
    assert.deepEqual(facts.problems, []);
    assert.ok(facts.files.some(({ path }) => path === 'tokenizer.json'));
  });

  test('3 GB of weights: painted at once, by reading the header alone', async () => {
    writeWeights(join(folder(), 'large.safetensors'), 3e9);
    const { facts, paintedMs } = await opened(workspaceUri('pages', 'large.safetensors'));
    console.log(`3 GB: painted in ${paintedMs!.toFixed(0)} ms; ${facts!.bytesRead} bytes read in ${facts!.readMs.toFixed(0)} ms`);
    assert.equal(facts?.tensors.length, 73);
    assert.ok(facts.bytes > 2.9e9);
    assert.ok(facts.bytesRead < 100_000, `${facts.bytesRead} bytes were read`);
  });

  test('a bad file says its sentence, never an empty tab', async () => {
    copyFileSync(extensionPath('test/data/onnx-bad/truncated.onnx'), join(folder(), 'truncated.onnx'));
    const { facts, failure } = await opened(workspaceUri('pages', 'truncated.onnx'));
    assert.equal(facts, null);
    assert.match(failure ?? '', /truncated/);
  });

  test('a file that changes on the disk is read again', async () => {
    const path = join(folder(), 'changing.safetensors');
    writeWeights(path, 73 * 16384);
    const uri = workspaceUri('pages', 'changing.safetensors');
    const before = await opened(uri);
    writeWeights(path, 73 * 16384 * 3);
    const api = await headlight();
    await until('the new size is shown', async () => {
      const page = (await api.pages()).find((one) => one.uri === uri.toString());
      return page?.facts && page.facts.bytes === 3 * before.facts!.bytes;
    });
  });

  test('nothing is left behind when pages close', async () => {
    const api = await headlight();
    const before = api.disposables();
    await opened(vscode.Uri.file(extensionPath('media/models/headlight-gpt/onnx/model.onnx')));
    await closeAll();
    await until('the page is gone', async () => (await api.pages()).length === 0 && api.disposables() === before);
  });
});
