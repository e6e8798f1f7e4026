/** How positions reach models that others exported: the scheme of every place of attention by name. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Engine } from '../../../webview/engine/engine.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { openFolder } from '../../inspect/folder.ts';
import { rawInputs } from '../../inspect/input.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { fixture } from '../../model/goldens.ts';

const SINUSOIDAL = 'sinusoidal, half-split';
/** Folder of the corpus, the inputs of a golden run, the schemes that there are. */
const EXPORTS: readonly (readonly [folder: string, golden: string, schemes: readonly string[]])[] = [
  ['bert.int8', 'golden', ['learned']],
  ['bert.ort-fused', 'golden', ['learned']],
  ['gpt2.optimum.folder', 'golden', ['learned']],
  ['bloom.dy18.eager', 'golden', ['ALiBi']],
  ['t5.ort-mha', 'golden', ['T5 buckets', 'none']],
  ['deberta_v2.ts17.eager', 'golden', ['relative (content to position, position to content)']],
  ['marian.optimum.folder', 'golden', [SINUSOIDAL]],
  // The decoder reads one token: its row is judged by the stored table.
  ['marian.optimum.folder', 'encoder_model.golden', [SINUSOIDAL]],
  ['llama.dy23.q4', 'golden', ['rotary']],
  ['gpt_oss.dy18.eager', 'golden', ['rotary, slow pairs slowed down for long contexts']],
  ['swin.dy18.eager', 'golden', ['relative, 2-D (within windows)']],
  ['vit.int8', 'golden', ['learned, 2-D grid']],
  ['clip.dy18.sdpa', 'golden', ['learned, 2-D grid', 'learned']],
  ['xlnet.ts17.eager.static', 'golden', ['relative (content to position)']],
  ['hand.tf-einsum', 'golden', ['none']],
];

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

describe('schemes of exported models', () => {
  const engines: Engine[] = [];
  after(async () => {
    for (const engine of engines) await engine.close();
  });
  for (const [name, golden, expected] of EXPORTS) {
    it(`${name}, ${golden}: ${expected.join(', ')}`, async () => {
      const folder = openFolder(fixture('onnx', name));
      const engine = new Engine(runtime);
      engines.push(engine);
      await engine.open(folder, folder.model, { device: 'wasm' });
      const { run, sites } = await engine.run({ raw: await rawInputs(fixture('onnx', name, `${golden}.safetensors`)) });
      const schemes = new Set<string>();
      for (const { key } of sites) schemes.add((await engine.positions({ run, key, head: 0 })).words);
      assert.deepEqual([...schemes], expected);
    });
  }
});
