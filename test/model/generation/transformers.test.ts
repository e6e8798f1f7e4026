/** How tokens are chosen equals Hugging Face's logits processors, its beam search and its repetition penalty (test/data/generation/make.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { growTree, idsTo, plantTree } from '../../../model/generation/beam.ts';
import { candidatesOf, GREEDY } from '../../../model/generation/choose.ts';
import { generationFacts } from '../../../model/generation/facts.ts';
import { rulesOf } from '../../../model/generation/rules.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import { type OpenFolder, openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { fixture, readJson } from '../goldens.ts';

interface Choices {
  readonly processors: readonly {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
    readonly repetitionPenalty: number;
    readonly logits: readonly number[];
    readonly said: readonly number[];
    readonly probabilities: readonly number[];
  }[];
  readonly beams: readonly {
    readonly ids: readonly number[];
    readonly width: number;
    readonly sequences: readonly (readonly number[])[];
    readonly scores: readonly number[];
  }[];
  readonly penalised: readonly { readonly ids: readonly number[]; readonly penalty: number; readonly said: readonly number[] }[];
}

const goldens = readJson<Choices>(fixture('generation', 'choices.json'));
const built = (name: string) => new URL(`../../../media/models/${name}/`, import.meta.url).pathname;

describe('probabilities after penalty, temperature, top-k and top-p', () => {
  for (const { logits, said, probabilities, ...one } of goldens.processors) {
    it(JSON.stringify(one), () => {
      const candidates = candidatesOf(Float32Array.from(logits), { ...GREEDY, sample: true, ...one }, said);
      const found = new Float64Array(logits.length);
      for (const { id, probability } of candidates) found[id] = probability;
      probabilities.forEach((probability, id) => {
        assert.ok(Math.abs(found[id]! - probability) < 2e-7, `token ${id}: ${found[id]} for ${probability}`);
      });
    });
  }
});

describe('on the built-in models', () => {
  let engine: Engine;
  let folder: OpenFolder | undefined;
  before(async () => {
    engine = new Engine(await startRuntime('wasm'));
  });
  after(async () => {
    await engine.close();
    folder?.close();
  });
  const open = async (path: string) => {
    folder?.close();
    folder = openFolder(path);
    await engine.open(folder, folder.model, { device: 'wasm' });
  };

  it('a penalty on what was said, greedy', async () => {
    await open(`${built('headlight-gpt')}model.safetensors`);
    for (const { ids, penalty, said } of goldens.penalised) {
      const own = [...ids];
      for (let step = 0; step < said.length; step++) {
        const { logits } = await engine.step({ params: { ids: own }, output: 'logits' });
        own.push(candidatesOf(logits, { ...GREEDY, repetitionPenalty: penalty }, own)[0]!.id);
      }
      assert.deepEqual(own.slice(ids.length), said);
    }
  });

  it('beam search 2, 4 and 8 wide: the texts and their scores', async () => {
    await open(`${built('headlight-translator')}model.safetensors`);
    const read = (name: string) => JSON.parse(readFileSync(built('headlight-translator') + name, 'utf8')) as Record<string, unknown>;
    const config = { ...read('generation_config.json'), ...read('config.json') };
    const [facts, rules] = [generationFacts(config), rulesOf(config)];
    for (const { ids, width, sequences, scores } of goldens.beams) {
      let tree = plantTree(width);
      while (tree.open.length > 0) {
        const rows: Float32Array[] = [];
        for (const index of tree.open) {
          const said = idsTo(tree, index);
          const params = { ids, targetIds: [facts.start ?? 0, ...said] };
          rows.push(rules((await engine.step({ params, output: 'logits' })).logits, said));
        }
        tree = growTree(tree, rows, new Set(facts.ends), 24);
      }
      assert.deepEqual(
        tree.done.map((index) => idsTo(tree, index)),
        sequences,
        `${width} wide`,
      );
      for (const [place, index] of tree.done.entries()) {
        const { score, length } = tree.nodes[index]!;
        assert.ok(
          Math.abs(score / length - scores[place]!) < 1e-5,
          `${width} wide, text ${place + 1}: ${score / length} for ${scores[place]}`,
        );
      }
    }
  });
});
