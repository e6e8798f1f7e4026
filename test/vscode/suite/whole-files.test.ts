/** The pages of model files in a real VS Code: opened in place of binary noise, at once whatever their size, with a sentence where they are bad. */
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PageView } from '../../../extension/api.ts';
import type { onnx } from '../../../model/onnx/proto.js';
import { writeModel } from '../../../model/onnx/wire.ts';
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

/** A chain of matrix products whose weights lie in one file of external data, as long as asked and empty on the disk. */
function writeGraph(path: string, size: number): void {
  const [layers, width] = [24, Math.floor(Math.sqrt(size / 24 / 4))];
  const bytes = width * width * 4;
  const initializer = Array.from({ length: layers }, (_, i) => ({
    name: `encoder.layer.${i}.weight`,
    dims: [width, width],
    dataType: 1,
    dataLocation: 1,
    externalData: [
      { key: 'location', value: 'large.bin' },
      { key: 'offset', value: String(i * bytes) },
      { key: 'length', value: String(bytes) },
    ],
  }));
  const node = initializer.map(({ name }, i) => ({
    opType: 'MatMul',
    name: `/encoder/layer.${i}/MatMul`,
    input: [`x${i}`, name],
    output: [`x${i + 1}`],
  }));
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'rows' }, { dimValue: width }] } } };
  const graph = { name: 'large', node, initializer, input: [{ name: 'x0', type }], output: [{ name: `x${layers}`, type }] };
  const model = { irVersion: 9, opsetImport: [{ domain: '', version: 18 }], graph };
  writeFileSync(path, writeModel(model as unknown as onnx.ModelProto));
  const file = openSync(join(path, '..', 'large.bin'), 'w');
  ftruncateSync(file, layers * bytes);
  closeSync(file);
}

/** Folders that each are a small model of their own. */
function writeModels(count: number): void {
  const header = new TextEncoder().encode(JSON.stringify({ weight: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }));
  const weights = new Uint8Array([...new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer), ...header, ...new Uint8Array(8)]);
  for (let n = 0; n < count; n++) {
    const own = join(folder(), `model-${n}`);
    mkdirSync(own);
    writeFileSync(join(own, 'config.json'), '{"model_type":"bert","hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2}');
    writeFileSync(join(own, 'model.safetensors'), weights);
  }
}

/** The longest time, in milliseconds, that the extension host did nothing else while `work` ran. */
async function longestHold(work: () => PromiseLike<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await work();
  clearInterval(watch);
  return longest;
}

// The last file by its name, so that it runs last: after hundreds of folders came and went, VS Code's own watcher on Linux may miss what comes next.
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

  test('3 GB of a graph’s external data: the graph alone is read', async () => {
    writeGraph(join(folder(), 'large.onnx'), 3e9);
    const { facts, paintedMs } = await opened(workspaceUri('pages', 'large.onnx'));
    console.log(
      `3 GB beside a graph: painted in ${paintedMs!.toFixed(0)} ms; ${facts!.bytesRead} bytes read in ${facts!.readMs.toFixed(0)} ms`,
    );
    assert.equal(facts?.tensors.length, 24);
    assert.ok(facts.bytes > 2.9e9);
    assert.ok(facts.bytesRead < 100_000, `${facts.bytesRead} bytes were read`);
    assert.deepEqual(facts.problems, []);
  });

  test('a hundred shards are one model', async () => {
    const weightMap: Record<string, string> = {};
    for (let n = 1; n <= 100; n++) {
      const name = `model-${String(n).padStart(5, '0')}-of-00100.safetensors`;
      writeWeights(join(folder(), name), 73 * 16384);
      // Every shard has the same names; the index says which one counts.
      weightMap[`model.layers.${(n - 1) % 72}.self_attn.q_proj.weight`] = name;
    }
    writeFileSync(join(folder(), 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }));
    const uri = workspaceUri('pages', 'model.safetensors.index.json');
    const api = await headlight();
    await vscode.commands.executeCommand('headlight.openModelPage', uri);
    const page = await until('the index is painted', async () =>
      (await api.pages()).find((one) => one.uri === uri.toString() && one.paintedMs !== null),
    );
    assert.equal(page.failure, null);
    assert.ok(page.facts!.tensors.length >= 72);
  });

  test('hundreds of models in the workspace: the side panel lists them at once and describes them without a stall', async () => {
    writeModels(300);
    const api = await headlight();
    const held = await longestHold(async () => {
      await vscode.commands.executeCommand('headlight.refreshModels');
      await vscode.commands.executeCommand('headlight.models.focus');
      await until('all are listed', async () => (api.listed() ?? 0) >= 300, 60_000);
    });
    console.log(`300 models: the extension host was held for ${held.toFixed(0)} ms at most`);
    assert.ok(held < 2000, `the extension host stood still for ${held.toFixed(0)} ms`);
  });

  test('problems of a config.json stand at its keys', async () => {
    writeModels(1);
    const uri = workspaceUri('pages', 'model-0', 'config.json');
    writeFileSync(uri.fsPath, '{\n  "model_type": "bert",\n  "hidden_size": 10,\n  "num_attention_heads": 4\n}\n');
    await vscode.window.showTextDocument(uri);
    const [problem] = await until('the problem is told', () => {
      const own = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Headlight');
      return own.length > 0 ? own : null;
    });
    assert.equal(problem!.range.start.line, 3);
    assert.match(problem!.message, /num_attention_heads does not divide hidden_size: 10 \/ 4 = 2\.5/);
  });

  test('a summary of a model opens as Markdown', async () => {
    await vscode.commands.executeCommand(
      'headlight.exportModelSummary',
      vscode.Uri.file(extensionPath('media/models/headlight-bert/config.json')),
    );
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^# headlight-bert\n/);
    assert.match(text, /layer 1.*4 heads, 32 wide, both directions/);
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
