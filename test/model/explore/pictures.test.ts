/** Heads as matrices, neighbours of tokens and likeness of positions, against NumPy (test/data/explore/make/pictures.py). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { neighboursOf } from '../../../model/explore/pictures/neighbours.ts';
import { singularValues } from '../../../model/explore/pictures/singular.ts';
import type { Series } from '../../../model/explore/series.ts';
import { Subject } from '../../../model/explore/subject.ts';
import type { HeadMatrix } from '../../../model/protocol/explorer.ts';
import { root } from '../../tools/environment.mjs';
import { fixture, readJson } from '../goldens.ts';
import { diskFolder } from '../safetensors/folder.ts';

interface Matrix {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly singular: readonly number[];
  readonly cells: readonly (readonly [row: number, column: number, value: number])[];
}
type Heads = Record<string, { readonly scores: Matrix; readonly outputs: Matrix }>;
type Expected = Record<string, Heads> & {
  readonly neighbours: Record<string, readonly (readonly [id: number, cosine: number, norm: number])[]>;
  readonly positions: Matrix['cells'];
};

const expected = readJson<unknown>(fixture('explore', 'pictures.json')) as Expected;
const quiet = { progress: () => undefined, check: () => undefined };
const open = (folder: string, entry: string) => Subject.open(diskFolder(join(root, folder)), entry, () => 0);

/** rtol 1e-10 of the largest: float64 sums in another order. Values are rounded to float32 when they are read: 1e-7. */
function near(actual: number, wanted: number, most: number, what: string, rtol = 1e-10): void {
  assert.ok(Math.abs(actual - wanted) <= rtol * most, `${what}: ${actual}, NumPy says ${wanted}`);
}

async function compare(subject: Subject, { name, shape, singular, norm }: HeadMatrix, wanted: Matrix, what: string): Promise<void> {
  assert.deepEqual([...shape], wanted.shape, what);
  near(norm, wanted.norm, wanted.norm, `${what}: norm`);
  assert.equal(singular.length, wanted.singular.length, what);
  for (const [i, value] of singular.entries()) near(value, wanted.singular[i]!, wanted.singular[0]!, `${what}: singular value ${i}`);
  const series = await subject.series({ name, unpacked: false });
  for (const [r, c, value] of wanted.cells)
    near(Number((await series.read(r * shape[1]! + c, 1))[0]), value, wanted.norm, `${what} [${r}, ${c}]`, 1e-7);
}

/** Checkpoints, and a graph that holds the same weights. */
const FILES: readonly (readonly [folder: string, entry: string])[] = [
  ['media/models/headlight-bert', 'model.safetensors'],
  ['media/models/headlight-bert', 'onnx/model.onnx'],
  ['media/models/headlight-gpt', 'model.safetensors'],
  ['media/models/headlight-gpt', 'onnx/model.onnx'],
  ['test/data/checkpoints/llama', 'model.safetensors.index.json'],
  ['test/data/checkpoints/gpt_neox', 'model.safetensors'],
  ['test/data/checkpoints/bloom', 'model.safetensors'],
];

describe('a head as two matrices', () => {
  for (const [folder, entry] of FILES) {
    test(`${folder}/${entry}`, async () => {
      const subject = await open(folder, entry);
      for (const [place, wanted] of Object.entries(expected[folder]!)) {
        const [layer, head] = place.split('/');
        const pictures = await subject.pictures.head({ site: `self/${layer}`, head: Number(head) });
        await compare(subject, pictures.scores, wanted.scores, `${place}, W_q·W_kᵀ`);
        assert.ok(pictures.outputs, `${place} has W_v·W_O`);
        await compare(subject, pictures.outputs, wanted.outputs, `${place}, W_v·W_O`);
        assert.equal(pictures.turned, /llama|neox/.test(folder), 'rotary positions are said');
      }
    });
  }
});

test('a head that is not there, and one whose queries are normalised, say so', async () => {
  const subject = await open('media/models/headlight-bert', 'model.safetensors');
  await assert.rejects(subject.pictures.head({ site: 'self/0', head: 99 }), { code: 'not-found' });
  const qwen = await open('test/data/onnx/qwen3.dy23.sdpa', 'model.onnx');
  await assert.rejects(qwen.pictures.head({ site: 'self/0', head: 0 }), { code: 'unsupported', message: /no fixed matrix/ });
});

test('neighbours of tokens by cosine, the nearest first', async () => {
  const subject = await open('media/models/headlight-bert', 'model.safetensors');
  const { tokens, positions } = subject.pictures.tables();
  assert.deepEqual(positions, ['bert.embeddings.position_embeddings.weight']);
  assert.equal(tokens[0], 'bert.embeddings.word_embeddings.weight');
  for (const [id, wanted] of Object.entries(expected.neighbours)) {
    const found = await neighboursOf(subject.stored(tokens[0]), Number(id), wanted.length, quiet);
    assert.deepEqual(
      found.map((one) => one.id),
      wanted.map(([other]) => other),
    );
    for (const [i, { cosine, norm }] of found.entries()) {
      near(cosine, wanted[i]![1], 1, `${id}: cosine`);
      near(norm, wanted[i]![2], wanted[i]![2], `${id}: norm`);
    }
  }
});

test('likeness of positions is a matrix like any other', async () => {
  const subject = await open('media/models/headlight-bert', 'model.safetensors');
  const series = await subject.series({ name: 'made:cosine/bert.embeddings.position_embeddings.weight', unpacked: false });
  assert.deepEqual(series.shape, [128, 128]);
  for (const [r, c, value] of expected.positions)
    near(Number((await series.read(r * 128 + c, 1))[0]), value, 1, `positions ${r}, ${c}`, 1e-7);
});

test('rows of zeros and of what is no number are nobody’s neighbours', async () => {
  const values = [1, 0, 0, 0, Number.NaN, 1, 2, 0.5];
  const table: Series = {
    ...{ name: 't', shape: [4, 2], dtype: 'float32', bits: 32 },
    read: async (start, count) => Float32Array.from(values.slice(start, start + count)),
  };
  const found = await neighboursOf(table, 0, 5, quiet);
  assert.deepEqual(
    found.map(({ id }) => id),
    [3, 1],
  );
});

test('small singular values are found as truly as large ones', () => {
  const values = singularValues({ rows: 3, columns: 2, data: Float64Array.from([1e8, 0, 0, 1e-8, 0, 0]) });
  assert.deepEqual([...values], [1e8, 1e-8]);
});
