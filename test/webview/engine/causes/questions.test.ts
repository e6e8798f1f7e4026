/** What is asked of a run: which heads and words matter, what the values weigh; progress, cancelling, and what is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { runReference } from '../../../../model/architectures/reference.ts';
import { valueNorms } from '../../../../model/metrics/value-norm.ts';
import { readTensor } from '../../../../model/safetensors/values.ts';
import { loadTokenizer, type Tokenizer } from '../../../../model/text/index.ts';
import { WhatIf } from '../../../../webview/engine/causes/what-if.ts';
import { Engine } from '../../../../webview/engine/engine.ts';
import { openModel } from '../../../../webview/engine/opening.ts';
import type { Runtime } from '../../../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from '../../../inspect/folder.ts';
import { startRuntime } from '../../../inspect/runtime.ts';
import { inputsOf, openGolden } from '../../../model/architectures/checkpoints.ts';
import { assertClose } from '../../../model/compare.ts';
import { fixture } from '../../../model/goldens.ts';

const root = new URL('../../../../media/models/headlight-gpt/', import.meta.url).pathname;
const readJson = (name: string): unknown => JSON.parse(readFileSync(root + name, 'utf8'));

let runtime: Runtime;
let folder: OpenFolder;
let engine: Engine;
let tokenizer: Tokenizer;

before(async () => {
  runtime = await startRuntime('wasm');
  folder = openFolder(`${root}onnx/model.onnx`);
  engine = new Engine(runtime);
  tokenizer = loadTokenizer(readJson('tokenizer.json'), readJson('tokenizer_config.json'));
  await engine.open(folder, folder.model, { device: 'wasm' });
});
after(async () => {
  await engine.close();
  folder.close();
});

const idOf = (word: string) => tokenizer.encode(word, undefined, { specials: false }).tokens[0]!.id;

/** Line 2 of media/samples/sentences.txt, cut before its verb. */
async function agreement() {
  const ids = tokenizer.encode('The keys to the cabinet').tokens.map(({ id }) => id);
  const { run } = await engine.run({ ids });
  const place = { output: 'logits', position: ids.length - 1 };
  return { run, ids, place, answer: idOf(' are'), against: idOf(' is') };
}

describe('which heads matter', () => {
  it('finds the heads of agreement that the model’s card names, for “are” against “is”', async () => {
    const { ids: _, ...question } = await agreement();
    const { sites, before: score, runs } = await engine.causes.rankHeads({ ...question, how: 'zero' });
    assert.equal(runs, 17);
    assert.ok(score > 3, `“are” is likelier than “is”: ${score} bits`);
    const ranked = sites
      .flatMap(({ key, drops }) => Array.from(drops, (drop, head) => ({ name: `${key}/${head}`, drop })))
      .sort((a, b) => b.drop - a.drop);
    // media/models/headlight-gpt/README.md: verb to subject, and the word before the verb to the subject; counted from 0.
    assert.deepEqual(
      ranked.slice(0, 2).map(({ name }) => name),
      ['self/2/0', 'self/3/2'],
    );
    assert.ok(ranked[0]!.drop > 2, `${ranked[0]!.drop} bits`);
  });

  it('gives for each head what that head alone costs', async () => {
    const { ids: _, against, ...question } = await agreement();
    const { place, run, answer } = question;
    const { sites, before: score } = await engine.causes.rankHeads({ ...question, against: null, how: 'mean' });
    const { logits } = await engine.causes.answer({ run, place, heads: [{ key: 'self/1', head: 2, how: 'mean' }] });
    const most = Math.max(...logits);
    const log = Math.log2(Math.exp(logits[answer]! - most) / logits.reduce((sum, z) => sum + Math.exp(z - most), 0));
    const drop = sites.find(({ key }) => key === 'self/1')!.drops[2]!;
    assert.ok(Math.abs(score - log - drop) < 1e-4, `${score} − ${log} is ${drop}`);
    assert.ok(against !== answer);
  });

  it('16 heads of 32 tokens: says how far it is, and how long it takes', async (t) => {
    const { run } = await engine.run({ ids: Array.from({ length: 32 }, (_, i) => 5 + ((i * 37) % 2000)) });
    const question = { run, place: { output: 'logits', position: 31 }, answer: 7, against: null, how: 'zero' } as const;
    const said: (number | null)[] = [];
    const { totalMs, runs } = await engine.causes.rankHeads(question, { progress: (fraction) => void said.push(fraction) });
    assert.equal(runs, 17);
    assert.deepEqual(
      said.filter((fraction) => fraction !== null),
      Array.from({ length: 16 }, (_, i) => i / 16),
    );
    t.diagnostic(`16 heads at 32 tokens on wasm: ${Math.round(totalMs)} ms`);
  });

  it('stops within a run when it is cancelled', async () => {
    const { ids: _, ...question } = await agreement();
    const token = { isCancellationRequested: false };
    let runs = 0;
    const asked = engine.causes.rankHeads(
      { ...question, how: 'zero' },
      {
        token,
        progress: () => {
          if (++runs === 3) token.isCancellationRequested = true;
        },
      },
    );
    await assert.rejects(asked, { code: 'cancelled' });
    assert.equal(runs, 3);
  });

  it('lets other questions in between its runs', async () => {
    const { ids: _, ...question } = await agreement();
    const order: string[] = [];
    const all = engine.causes.rankHeads({ ...question, how: 'zero' }).then(() => order.push('heads'));
    const one = engine.thumbnails({ run: question.run, key: 'self/0' }).then(() => order.push('thumbnails'));
    await Promise.all([all, one]);
    assert.deepEqual(order, ['thumbnails', 'heads']);
  });
});

describe('which words matter', () => {
  it('the subject, not the nearer noun, decides between “are” and “is”', async () => {
    const { ids, ...question } = await agreement();
    // The | key s | to | the | cabinet
    const groups = [[0], [1, 2], [3], [4], [5]];
    for (const how of ['hide', 'remove'] as const) {
      const { drops } = await engine.causes.occlude({ ...question, side: 'source', edit: { how }, groups });
      assert.equal(ids.length, 6);
      assert.equal(drops.indexOf(Math.max(...[...drops].filter((drop) => !Number.isNaN(drop)))), 1, `${how}: ${drops.join(' ')}`);
      assert.equal(Number.isNaN(drops[4]!), how === 'remove', 'the place that answers is gone only when it is removed');
    }
  });

  it('a removed token is a run without it', async () => {
    const { ids, run, ...question } = await agreement();
    const { drops, before: score } = await engine.causes.occlude({
      ...question,
      run,
      side: 'source',
      edit: { how: 'remove' },
      groups: [[2]],
    });
    const shorter = ids.filter((_, i) => i !== 2);
    const other = await engine.run({ ids: shorter });
    const { logits } = await engine.causes.answer({ run: other.run, place: { output: 'logits', position: 4 } });
    const own = (logits[question.answer]! - logits[question.against]!) / Math.LN2;
    assert.ok(Math.abs(score - own - drops[0]!) < 1e-4);
  });
});

describe('value norms', () => {
  for (const [name, prefix, columns] of [
    ['llama', 'model.layers.1.self_attn.o_proj.weight', true],
    ['gpt2', 'transformer.h.1.attn.c_proj.weight', false],
  ] as const) {
    it(`${name}: ‖v·W_O‖ of the reference's values`, async () => {
      const golden = await openGolden(name);
      const raw = inputsOf(golden, 'A');
      const values = (await runReference(golden.checkpoint, raw, { stages: ['attention/self/1/v'] })).get('attention/self/1/v')!;
      const place = golden.checkpoint.tensors.get(prefix)!;
      const { data } = await readTensor(golden.checkpoint.folder.open(place.file), place);
      const own = new Engine(runtime);
      const files = openFolder(fixture('checkpoints', name));
      await own.open(files, files.model, { device: 'wasm' });
      const { run } = await own.run({ raw });
      const { heads, keys, norms } = await own.causes.valueNorms({ run, key: 'self/1' });
      await own.close();
      files.close();
      const [, groups, S, d] = values.shape as [number, number, number, number];
      const D = data.length / (heads * d);
      assert.equal(keys, S);
      for (let h = 0; h < heads; h++) {
        const rows = Float32Array.from({ length: d * D }, (_, i) => {
          const [row, column] = [h * d + Math.floor(i / D), i % D];
          return Number(columns ? data[column * heads * d + row] : data[row * D + column]);
        });
        const group = Math.floor((h * groups) / heads);
        const v = (values.data as Float32Array).subarray(group * S * d, (group + 1) * S * d);
        assertClose(norms.subarray(h * S, (h + 1) * S), valueNorms(v, rows, S, d, D), { rtol: 1e-5, atol: 1e-6 }, `head ${h}`);
      }
    });
  }
});

describe('the device', () => {
  it('a question that WebGPU does not answer is answered by the CPU', async () => {
    const { ids, run, place } = await agreement();
    const expected = await engine.causes.answer({ run, place });
    // The runtime of this test has no WebGPU at all.
    const choice = { device: 'webgpu', half: false, fallback: null } as const;
    const model = await openModel(folder, folder.model, choice, {});
    const whatIf = new WhatIf(runtime, model, choice);
    const ask = () => whatIf.answer({ ids }, place, [], {});
    await assert.rejects(ask(), { code: 'runtime' });
    assertClose(await whatIf.onDevice(ask), expected.logits, { rtol: 0, atol: 1e-5 });
    await whatIf.release();
  });
});

describe('what cannot be asked', () => {
  it('is refused in words', async () => {
    const { run, place } = await agreement();
    await assert.rejects(engine.causes.answer({ run, place: { ...place, output: 'present' } }), {
      code: 'unsupported',
      message: /no distribution/,
    });
    await assert.rejects(engine.causes.answer({ run, place, heads: [{ key: 'self/0', head: 4, how: 'zero' }] }), /has 4 heads/);
    await assert.rejects(engine.causes.rankHeads({ run, place, answer: 99999, against: null, how: 'zero' }), /no entry 99999/);
    await assert.rejects(engine.causes.lens({ run: run + 100, output: 'logits', count: 1, asked: [] }), { code: 'disposed' });
  });

  it('8-bit attention weights keep their heads, and say so', async () => {
    const path = fixture('onnx', 'bert.qoperator', 'model.onnx');
    const own = new Engine(runtime);
    const files = openFolder(path);
    await own.open(files, files.model, { device: 'wasm' });
    const { run } = await own.run({ ids: [5, 6, 7] });
    const { turnable, refused, answers } = await own.causes.facts({ run });
    await own.close();
    files.close();
    assert.deepEqual([turnable, answers], [[], []]);
    assert.match(refused[0]!.reason, /cannot be changed by head/);
  });
});
