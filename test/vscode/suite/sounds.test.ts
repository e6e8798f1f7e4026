/** A sound in the workspace: from its file to the attention of a small Whisper with random weights. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { tone, wavOf } from '../../model/audio/make-wav.ts';
import { closeAll, extensionPath, headlight, until, useModel, visualize, workspaceUri } from './support.ts';

const FOLDER = 'hears';

const put = (path: string, content: Uint8Array) => vscode.workspace.fs.writeFile(workspaceUri(FOLDER, path), content);
const putJson = (path: string, value: unknown) => put(path, new TextEncoder().encode(JSON.stringify(value)));

/** The golden checkpoint, with ids 301 … 339 as time stamps of 0.00 … 0.76 s. */
async function writeModel(): Promise<void> {
  const read = (...path: string[]) => readFileSync(extensionPath('test/data', ...path));
  const config = JSON.parse(read('checkpoints/whisper/config.json').toString()) as Record<string, unknown>;
  await putJson('config.json', { ...config, eos_token_id: 290 });
  await putJson('generation_config.json', { no_timestamps_token_id: 300, is_multilingual: false, max_length: 12 });
  await putJson('preprocessor_config.json', {
    feature_size: 10,
    sampling_rate: 4800,
    hop_length: 160,
    chunk_length: 1,
    n_fft: 400,
    n_samples: 4800,
  });
  await putJson('tokenizer_config.json', {});
  await put('tokenizer.json', read('audio/whisper-tokenizer.json'));
  await put('model.safetensors', read('checkpoints/whisper/model.safetensors'));
}

suite('sounds', () => {
  suiteTeardown(async () => {
    await vscode.workspace.fs.delete(workspaceUri(FOLDER), { recursive: true });
    await vscode.commands.executeCommand('headlight.refreshModels');
    await useModel('headlight-gpt');
    await closeAll();
  });

  test('a tone of two seconds in stereo goes through, with what was done to it, time stamps, and rows over time', async () => {
    const api = await headlight();
    await writeModel();
    const channels = [440, 660].map((hertz) => tone({ hertz, rate: 44_100, seconds: 2 }));
    await put('tone.wav', wavOf({ channels, rate: 44_100, kind: 'pcm', bits: 16 }));
    await vscode.commands.executeCommand('headlight.refreshModels');
    await until('the model is found', async () => (await api.models()).some(({ name }) => name === FOLDER));
    api.forgetFailure();
    await vscode.commands.executeCommand('headlight.visualizeAttention', workspaceUri(FOLDER, 'tone.wav'));
    assert.equal(api.failure()?.message, undefined);
    const run = await until('the run is done', () => {
      const now = api.run();
      return now?.done && now.target ? now : null;
    });
    const { target } = run;
    assert.equal(target!.generated, true);
    const stamps = target!.foretold!.filter(({ piece }) => /^\d\.\d\d s$/.test(piece));
    assert.equal(target!.foretold![0], stamps[0], 'it begins with a time stamp');
    const times = stamps.map(({ piece }) => Number.parseFloat(piece));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    const row = await api.row({ kind: 'cross', layer: 0, head: 0, token: 0, direction: 'from' });
    assert.equal(row.length, 15);
    assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-5);
  });

  test('a file that is no sound is refused in words, and the next text runs', async () => {
    const api = await headlight();
    await put('words.wav', new TextEncoder().encode('these are words'));
    api.forgetFailure();
    await vscode.commands.executeCommand('headlight.visualizeAttention', workspaceUri(FOLDER, 'words.wav'));
    assert.match(api.failure()?.message ?? '', /words\.wav is no WAVE file/);
    await useModel('headlight-gpt');
    const document = await vscode.workspace.openTextDocument({ content: 'The keys are here.' });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await visualize('The keys are here.');
  });
});
