import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, extensionPath, headlight, selectLine, until, untitled, useModel, visualize, workspaceUri } from './support.ts';

const named = async (name: string) => (await (await headlight()).models()).find((model) => model.name === name);

/** A copy of a built-in model in the workspace, without the files that `leaveOut` names. */
async function copyModel(model: string, to: vscode.Uri, leaveOut: readonly string[] = []): Promise<void> {
  const from = vscode.Uri.file(extensionPath('media/models', model));
  for (const path of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']) {
    if (!leaveOut.includes(path))
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, path), vscode.Uri.joinPath(to, path), { overwrite: true });
  }
}

suite('models', () => {
  teardown(async () => {
    await vscode.workspace.fs.delete(workspaceUri('found'), { recursive: true }).then(undefined, () => undefined);
    await closeAll();
  });

  test('the built-in ones are there with their facts, and one is active', async () => {
    const models = await (await headlight()).models();
    const facts = Object.fromEntries(models.filter(({ origin }) => origin === 'built-in').map((model) => [model.name, model.facts]));
    assert.deepEqual(facts, {
      'headlight-bert': 'BERT · 4 × 4 · 811 k · f32 · WordPiece 1,920',
      'headlight-gpt': 'GPT-2 · 4 × 4 · 1.09 M · f32 · BPE 2,048',
      'headlight-translator': 'Marian · 3 × 4 + 3 × 4 · 1.19 M · f32 · BPE 1,280',
      'headlight-vit': 'ViT · 4 × 4 · 473 k · f32',
    });
    assert.equal(models.filter(({ active }) => active).length, 1);
    assert.deepEqual(
      models.filter(({ problem }) => problem !== null),
      [],
    );
  });

  test('a model folder that appears in the workspace is found, and lost again when it goes', async () => {
    await copyModel('headlight-bert', workspaceUri('found', 'mine'));
    const mine = await until('the folder is found', () => named('mine'));
    assert.equal(mine.origin, 'workspace');
    assert.equal(mine.facts.split(' · ')[0], 'BERT');
    await vscode.workspace.fs.delete(workspaceUri('found'), { recursive: true });
    await until('the folder is gone', async () => !(await named('mine')));
  });

  test('files.exclude holds', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await copyModel('headlight-bert', workspaceUri('found', 'mine'));
    await until('the folder is found', () => named('mine'));
    await files.update('exclude', { '**/found': true }, vscode.ConfigurationTarget.Workspace);
    try {
      await until('the excluded folder is gone', async () => !(await named('mine')));
    } finally {
      await files.update('exclude', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await until('it is found again', () => named('mine'));
  });

  test('a model that cannot be used says why, in place', async () => {
    await vscode.workspace.fs.writeFile(workspaceUri('found', 'broken', 'config.json'), new TextEncoder().encode('{"model_type": '));
    await vscode.workspace.fs.writeFile(workspaceUri('found', 'broken', 'model.safetensors'), new Uint8Array());
    const broken = await until('the broken folder is found', () => named('broken'));
    assert.equal(broken.problem, 'model.safetensors is empty. Download or export it again.');
  });

  test('two thousand files do not hold the extension host', async () => {
    const bytes = new TextEncoder().encode('{}');
    for (let n = 0; n < 2000; n += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => vscode.workspace.fs.writeFile(workspaceUri('found', `${n + i}`, 'config.json'), bytes)),
      );
    }
    await copyModel('headlight-bert', workspaceUri('found', 'mine'));
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await vscode.commands.executeCommand('headlight.refreshModels');
    clearInterval(watch);
    assert.ok(await named('mine'));
    // A loaded test machine stands still by itself; reading two thousand files in one go would take seconds.
    assert.ok(longest < 1000, `the extension host stood still for ${longest.toFixed(0)} ms`);
  });

  test('another variant of a folder is chosen, and runs from then on', async () => {
    const mine = workspaceUri('found', 'mine');
    const weights = vscode.Uri.file(extensionPath('media/models/headlight-gpt/model.safetensors'));
    await vscode.workspace.fs.copy(weights, vscode.Uri.joinPath(mine, 'model.safetensors'));
    await copyModel('headlight-gpt', mine);
    await until('the folder is found', () => named('mine'));
    await useModel('mine');
    const editor = await untitled('The keys to the cabinet are on the table.');
    selectLine(editor, 0);
    const before = await visualize();
    assert.deepEqual(before.file, { path: 'onnx/model.onnx', format: 'onnx' });
    await vscode.commands.executeCommand('headlight.selectVariant', mine, 'model.safetensors');
    const api = await headlight();
    assert.equal(api.failure()?.message, undefined);
    const after = await until('the checkpoint has run', () => {
      const now = api.run();
      return now?.weights && now.file?.path === 'model.safetensors' ? now : null;
    });
    assert.equal(after.file?.format, 'safetensors');
    assert.deepEqual(after.selection, before.selection);
    assert.ok(after.weights?.every((weight, key) => Math.abs(weight - before.weights![key]!) < 1e-5));
    assert.equal((await visualize()).file?.path, 'model.safetensors');
    await vscode.commands.executeCommand('headlight.selectVariant', mine, 'onnx/model_q4.onnx');
    assert.equal(api.failure()?.message, 'mine has no variant onnx/model_q4.onnx.');
    await useModel('headlight-gpt');
  });

  test('the chosen model is remembered', async () => {
    await useModel('headlight-bert');
    assert.equal((await named('headlight-bert'))?.active, true);
    await useModel('headlight-gpt');
    assert.equal((await named('headlight-gpt'))?.active, true);
    assert.equal((await named('headlight-bert'))?.active, false);
  });
});
