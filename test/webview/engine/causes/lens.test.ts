/** The logit lens against Hugging Face's hidden states, put through final norm and output weights by plain loops here. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { readTensor } from '../../../../model/safetensors/values.ts';
import type { Tensor } from '../../../../model/tensor.ts';
import { Engine } from '../../../../webview/engine/engine.ts';
import type { Runtime } from '../../../../webview/engine/runtime.ts';
import { openFolder } from '../../../inspect/folder.ts';
import { startRuntime } from '../../../inspect/runtime.ts';
import { type Golden, inputsOf, openGolden } from '../../../model/architectures/checkpoints.ts';
import { assertClose } from '../../../model/compare.ts';
import { fixture, Goldens } from '../../../model/goldens.ts';

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

/** Probabilities of models of a few hundred tokens, in float32 sums of 24 products. */
const SHARES = { rtol: 1e-4, atol: 1e-7 };

type Row = readonly number[];
type Weights = (name: string) => Promise<Float32Array>;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>, from = 0): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[from + i]!;
  return sum;
};

/** x · Wᵀ + b for W [out, in] */
const linear = (x: Row, weight: Float32Array, bias?: Float32Array): number[] =>
  Array.from({ length: weight.length / x.length }, (_, o) => dot(x, weight, o * x.length) + (bias?.[o] ?? 0));

function layerNorm(x: Row, scale: Float32Array, shift: Float32Array, epsilon: number): number[] {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * scale[i]! + shift[i]!);
}

function rmsNorm(x: Row, scale: Float32Array, epsilon: number): number[] {
  const square = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, i) => (value / Math.sqrt(square + epsilon)) * scale[i]!);
}

/** Φ by Simpson's rule: no series shared with the model's code. */
function normal(x: number): number {
  const [steps, end] = [2000, Math.min(Math.abs(x), 12)];
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.exp(-(((end * i) / steps) ** 2) / 2);
  const half = (sum * end) / steps / 3 / Math.sqrt(2 * Math.PI);
  return 0.5 + Math.sign(x) * half;
}

function softmax(z: Row): number[] {
  const most = Math.max(...z);
  const parts = z.map((value) => Math.exp(value - most));
  const total = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / total);
}

interface Head {
  readonly name: string;
  /** Where the golden file has the hidden states; its last is after the final norm where the model has one. */
  readonly states: string;
  /** State → logits. `isLast`: the golden state is normalised already. */
  readonly read: (state: Row, isLast: boolean, of: Weights) => Promise<Row>;
}

const HEADS: readonly Head[] = [
  {
    name: 'gpt2',
    states: 'hidden',
    read: async (x, isLast, of) =>
      linear(
        isLast ? x : layerNorm(x, await of('transformer.ln_f.weight'), await of('transformer.ln_f.bias'), 1e-5),
        await of('transformer.wte.weight'),
      ),
  },
  {
    name: 'llama',
    states: 'hidden',
    read: async (x, isLast, of) => linear(isLast ? x : rmsNorm(x, await of('model.norm.weight'), 1e-5), await of('lm_head.weight')),
  },
  {
    name: 't5',
    states: 'hidden/decoder',
    read: async (x, isLast, of) => {
      const normed = isLast ? x : rmsNorm(x, await of('decoder.final_layer_norm.weight'), 1e-6);
      return linear(normed, await of('shared.weight')).map((z) => z / Math.sqrt(24));
    },
  },
  {
    name: 'bert',
    states: 'hidden',
    read: async (x, _, of) => {
      const at = 'cls.predictions.transform';
      const dense = linear(x, await of(`${at}.dense.weight`), await of(`${at}.dense.bias`)).map((value) => value * normal(value));
      const normed = layerNorm(dense, await of(`${at}.LayerNorm.weight`), await of(`${at}.LayerNorm.bias`), 1e-12);
      return linear(normed, await of('bert.embeddings.word_embeddings.weight'), await of('cls.predictions.bias'));
    },
  },
];

const rowsOf = ({ shape, data }: Tensor): number[][] => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, t) => Array.from(data.subarray(t * width, (t + 1) * width), Number));
};

async function lensOf(path: string, raw: Record<string, Tensor>, asked: readonly number[]) {
  const folder = openFolder(path);
  const engine = new Engine(runtime);
  await engine.open(folder, folder.model, { device: 'wasm', given: Object.keys(raw) });
  const { run } = await engine.run({ raw });
  const lens = await engine.causes.lens({ run, output: 'logits', count: 4, asked });
  const logits = await engine.output({ run, name: 'logits' });
  await engine.close();
  folder.close();
  return { lens, logits };
}

function weightsOf({ checkpoint }: Golden): Weights {
  return async (name) => {
    const place = checkpoint.tensors.get(name);
    assert.ok(place, name);
    return (await readTensor(checkpoint.folder.open(place.file), place)).data as Float32Array;
  };
}

describe('the logit lens', () => {
  for (const { name, states, read } of HEADS) {
    it(`${name}: every layer and position as norm and output weights of the golden states say`, async () => {
      const golden = await openGolden(name);
      const asked = [7, 150];
      const { lens } = await lensOf(fixture('checkpoints', name), inputsOf(golden, 'A'), asked);
      const layers = [...golden.tensors.under(`A/${states}/`)].length;
      assert.equal(lens.states, layers);
      for (let layer = 0; layer < layers; layer++) {
        for (const [t, row] of rowsOf(golden.tensors.get(`A/${states}/${layer}`)).entries()) {
          const shares = softmax(await read(row, layer === layers - 1, weightsOf(golden)));
          const at = layer * lens.rows + t;
          const cell = `${name}, state ${layer}, position ${t}`;
          assertClose(
            lens.asked.subarray(2 * at, 2 * at + 2),
            Float32Array.from(asked, (id) => shares[id]!),
            SHARES,
            cell,
          );
          const best = [...shares].sort((a, b) => b - a).slice(0, 4);
          assertClose(lens.probabilities.subarray(4 * at, 4 * at + 4), Float32Array.from(best), SHARES, `${cell}, largest`);
          assert.ok(Math.abs(shares[lens.ids[4 * at]!]! - best[0]!) < 1e-6, `${cell}: the likeliest token`);
        }
      }
    });
  }

  const exported = [
    ['llama.genai.fp32', 'norms that add as well'],
    ['gpt2.optimum.folder', 'an export with a cache'],
    ['llama.q4', '4-bit weights'],
    ['gemma2.dy18.eager', 'capped logits'],
    ['whisper.dy18.eager', 'a decoder that looks at an encoder'],
  ] as const;
  for (const [name, what] of exported) {
    it(`${name}, ${what}: the last layer is the model's own answer`, async () => {
      const raw = Object.fromEntries(Goldens.read(fixture('onnx', name, 'golden.safetensors')).under('input/'));
      const { lens, logits } = await lensOf(fixture('onnx', name, 'model.onnx'), raw, [3]);
      const own = rowsOf(logits).map(softmax);
      assert.equal(lens.rows, own.length);
      assert.ok(lens.states >= 3);
      const last = (lens.states - 1) * lens.rows;
      assertClose(
        lens.asked.subarray(last),
        Float32Array.from(own, (row) => row[3]!),
        { rtol: 1e-4, atol: 1e-6 },
        name,
      );
      const first = Float32Array.from(own, (row) => row[3]!);
      assert.ok(
        [...lens.asked.subarray(0, lens.rows)].some((p, t) => Math.abs(p - first[t]!) > 1e-6),
        'the first state says something else',
      );
    });
  }

  it('says why there is none', async () => {
    const reasonOf = async (path: string) => {
      const folder = openFolder(path);
      const engine = new Engine(runtime);
      await engine.open(folder, folder.model, { device: 'wasm' });
      const raw = inputsOf(await openGolden(path.split('/').at(-1)!), 'A');
      const { run } = await engine.run({ raw });
      const { lens } = await engine.causes.facts({ run });
      await engine.close();
      folder.close();
      return lens;
    };
    assert.match((await reasonOf(fixture('checkpoints', 'dinov2'))) ?? '', /no output weights/);
    assert.match((await reasonOf(fixture('checkpoints', 'swin'))) ?? '', /states of different sizes/);
  });
});
