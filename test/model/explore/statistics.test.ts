/** Statistics, slices and de-quantised weights against NumPy and onnxruntime (test/data/explore/make). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { blocksOf, dequantized } from '../../../model/explore/blocks.ts';
import { toCsv, toNpy } from '../../../model/explore/export.ts';
import { type Series, seriesOf } from '../../../model/explore/series.ts';
import { readSlice } from '../../../model/explore/slice.ts';
import { type Statistics, statisticsOf } from '../../../model/explore/statistics.ts';
import { fromOnnx, fromPlace, type StoredTensor } from '../../../model/explore/stored.ts';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { readTensors } from '../../../model/safetensors/checkpoint.ts';
import { fixture, readJson } from '../goldens.ts';
import { diskFolder } from '../safetensors/folder.ts';

interface Expected {
  readonly count: number;
  readonly finite: number;
  readonly nan: number;
  readonly positiveInfinite: number;
  readonly negativeInfinite: number;
  readonly zeros: number;
  readonly least?: number | string;
  readonly greatest?: number | string;
  readonly mean?: number;
  readonly deviation?: number | null;
  readonly rootMeanSquare?: number | null;
  readonly quantiles?: readonly number[] | null;
  readonly histogram?: readonly number[] | null;
}

const folder = diskFolder(fixture('explore'));
const expected = readJson<{
  safetensors: Record<string, Expected>;
  onnx: Record<string, Expected>;
  dequantized: Record<string, { shape: number[]; values: number[] }>;
}>(fixture('explore', 'statistics.json'));
const quiet = { progress: () => undefined, check: () => undefined };

async function safetensors(): Promise<Map<string, StoredTensor>> {
  const places = await readTensors(folder, 'statistics.safetensors');
  return new Map([...places.values()].map((place) => [place.name, fromPlace(folder, place)]));
}

async function packed() {
  const { model } = await readSkeleton(folder, 'packed.onnx');
  const tensors = new Map(fromOnnx(folder, 'packed.onnx', model).map((tensor) => [tensor.name, tensor]));
  return { tensors, blocks: blocksOf(model.graph!.node as Parameters<typeof blocksOf>[0], tensors) };
}

/** Sums in another order: 1e-12 relative; single numbers of the tensor: equal. */
function close(actual: number | null, wanted: number | null | undefined, what: string): void {
  if (wanted === null || wanted === undefined) return;
  assert.ok(actual !== null && Math.abs(actual - wanted) <= 1e-12 * Math.abs(wanted) + 1e-300, `${what}: ${actual}, NumPy says ${wanted}`);
}

function compare(name: string, actual: Statistics, wanted: Expected): void {
  for (const count of ['count', 'finite', 'nan', 'positiveInfinite', 'negativeInfinite', 'zeros'] as const)
    assert.equal(actual[count], wanted[count], `${name}: ${count}`);
  for (const end of ['least', 'greatest'] as const) {
    const said = wanted[end];
    if (said === undefined) assert.equal(actual[end], null);
    else if (typeof said === 'string') assert.equal(actual[end], said, `${name}: ${end}`);
    else assert.equal(Number(actual[end]), said, `${name}: ${end}`);
  }
  for (const number of ['mean', 'deviation', 'rootMeanSquare'] as const) close(actual[number], wanted[number], `${name}: ${number}`);
  wanted.quantiles?.forEach((value, i) => {
    close(actual.quantiles[i] ?? null, value, `${name}: quantile ${i}`);
  });
  if (wanted.histogram) assert.deepEqual(actual.histogram?.counts, wanted.histogram, `${name}: histogram`);
}

describe('statistics equal NumPy’s', () => {
  for (const [name, wanted] of Object.entries(expected.safetensors)) {
    test(name, async () => compare(name, await statisticsOf(seriesOf((await safetensors()).get(name)!), quiet), wanted));
  }
  for (const [name, wanted] of Object.entries(expected.onnx)) {
    test(`${name}, packed`, async () => compare(name, await statisticsOf(seriesOf((await packed()).tensors.get(name)!), quiet), wanted));
  }
});

/** The same numbers read in pieces of any size. */
test('where the pieces are cut changes nothing', async () => {
  const whole = seriesOf((await safetensors()).get('f32')!);
  for (const bits of [32, 4 * 2 ** 23]) {
    const cut: Series = { ...whole, bits };
    compare('f32', await statisticsOf(cut, quiet), expected.safetensors['f32']!);
  }
});

test('work that nobody waits for ends', async () => {
  const stop = new HeadlightError('cancelled', 'stop');
  const watch = {
    progress: () => undefined,
    check: () => {
      throw stop;
    },
  };
  await assert.rejects(statisticsOf(seriesOf((await safetensors()).get('f32')!), watch), stop);
});

describe('MatMulNBits: the weights that onnxruntime multiplies with', () => {
  for (const [name, { shape, values }] of Object.entries(expected.dequantized)) {
    test(name, async () => {
      const series = dequantized((await packed()).blocks.get(name)!);
      assert.deepEqual(series.shape, shape);
      const read = Array.from(await series.read(0, values.length), Number);
      read.forEach((value, i) => {
        assert.ok(Math.abs(value - values[i]!) <= 1e-5 * Math.abs(values[i]!) + 1e-6, `${name}[${i}]: ${value}, ${values[i]}`);
      });
      const inner = Array.from(await series.read(7, 30), Number);
      assert.deepEqual(inner, read.slice(7, 37));
    });
  }
});

describe('slices', () => {
  const at = [0, 0, 0];
  test('any two axes of three, in both orders, every n-th', async () => {
    const series = seriesOf((await safetensors()).get('f32')!);
    const [A, B, C] = series.shape as [number, number, number];
    const all = Array.from(await series.read(0, A * B * C), Number);
    const value = (a: number, b: number, c: number) => all[(a * B + b) * C + c]!;
    const down = await readSlice(series, {
      rowAxis: 2,
      columnAxis: 0,
      at: [0, 3, 0],
      rows: { start: 0, count: C, step: 1 },
      columns: { start: 1, count: 8, step: 2 },
    });
    for (let r = 0; r < C; r++) for (let c = 0; c < 8; c++) assert.equal(down.values[r * 8 + c], value(1 + 2 * c, 3, r));
    const right = await readSlice(series, {
      rowAxis: 0,
      columnAxis: 1,
      at: [0, 0, 2],
      rows: { start: 2, count: 5, step: 3 },
      columns: { start: 0, count: B, step: 1 },
    });
    for (let r = 0; r < 5; r++) for (let c = 0; c < B; c++) assert.equal(right.values[r * B + c], value(2 + 3 * r, c, 2));
  });

  test('whole numbers beyond 2^53 keep their words', async () => {
    const series = seriesOf((await safetensors()).get('i64')!);
    const params = { rowAxis: -1, columnAxis: 0, at: [0], rows: { start: 0, count: 1, step: 1 }, columns: { start: 0, count: 3, step: 1 } };
    const slice = await readSlice(series, params);
    assert.deepEqual(slice.words, ['-9223372036854775808', '9223372036854775807', '9007199254740993']);
    assert.equal(new TextDecoder().decode(toCsv(slice, 1, 3)), '-9223372036854775808,9223372036854775807,9007199254740993\n');
  });

  test('packed values from the middle of a byte', async () => {
    const series = seriesOf((await packed()).tensors.get('u4')!);
    const all = Array.from(await series.read(0, 21), Number);
    const params = {
      rowAxis: 0,
      columnAxis: 1,
      at: [0, 0],
      rows: { start: 1, count: 2, step: 1 },
      columns: { start: 2, count: 3, step: 2 },
    };
    const { values } = await readSlice(series, params);
    assert.deepEqual(Array.from(values), [all[9], all[11], all[13], all[16], all[18], all[20]]);
  });

  test('a window that leaves the tensor is refused', async () => {
    const series = seriesOf((await safetensors()).get('f32')!);
    const window = { start: 0, count: 18, step: 1 };
    await assert.rejects(
      readSlice(series, { rowAxis: 0, columnAxis: 1, at, rows: window, columns: { ...window, count: 2 } }),
      (error: HeadlightError) => error.code === 'shape',
    );
  });

  test('NPY: header as the format says, then the numbers', async () => {
    const bytes = toNpy({ values: Float64Array.of(1, 2, 3, 4, 5, 6), words: null }, 2, 3);
    const length = bytes[8]! + 256 * bytes[9]!;
    const header = new TextDecoder('latin1').decode(bytes.subarray(10, 10 + length));
    assert.equal((10 + length) % 64, 0);
    assert.match(header, /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
    assert.deepEqual(Array.from(new Float64Array(bytes.slice(10 + length).buffer)), [1, 2, 3, 4, 5, 6]);
  });
});
