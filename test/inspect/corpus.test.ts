/**
 * Every graph of test/data/onnx through inspect, as a user would run it: all sites found, named, and equal to the golden weights; what has no
 * weights is refused with a reason.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { largestError } from '../model/compare.ts';
import { fixture, Goldens, readJson } from '../model/goldens.ts';
import { inspect, Results } from './spawned.ts';

interface Golden {
  readonly sites: readonly { readonly key: string; readonly exact?: boolean }[];
  readonly refuse?: readonly unknown[];
  readonly family?: string;
  readonly tolerance: number;
  readonly outputTolerance: number;
  /** Why onnxruntime does not run the case. */
  readonly runs?: string;
  /** Rows past it are undefined in the operator itself. */
  readonly validRows?: readonly number[];
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly golden: Golden;
  readonly tensors: string;
}

const root = fixture('onnx');

/**
 * Kernels of the runtime's wasm build that round otherwise than the native build that made the golden (onnxruntime-web 1.30): the plain
 * graph, without any probe of ours, differs as much.
 */
const OTHER_KERNELS = new Set(['llama.genai.int4']);

/** `golden.json` describes a folder's model, `F.golden.json` the file `F.onnx`, `past.golden.json` another run of `model.onnx`. */
function cases(): Case[] {
  const goldens = readdirSync(root, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('golden.json'));
  return goldens.sort().map((file) => {
    const folder = join(root, dirname(file));
    const stem = basename(file).replace(/\.?golden\.json$/, '');
    const golden = readJson<Golden & { readonly file?: string }>(join(root, file));
    const own = stem !== '' && existsSync(join(folder, `${stem}.onnx`));
    const path = own ? join(folder, `${stem}.onnx`) : golden.file ? join(folder, golden.file) : folder;
    return { name: join(dirname(file), stem), path, golden, tensors: join(root, file.replace(/\.json$/, '.safetensors')) };
  });
}

/** The goldens call the towers of CLIP encoder and decoder. */
function goldenKey(key: string, { family }: Golden): string {
  return family === 'clip' ? key.replace('vision', 'encoder').replace('text', 'decoder') : key;
}

const all = cases();
let results: Results;

before(async () => {
  results = new Results();
  const jobs = all.map(({ name, path, tensors }) => ({ path, inputs: tensors, out: name }));
  await inspect('--batch', results.batch(jobs));
});
after(() => results.remove());

describe('inspect on the corpus', () => {
  it('has cases of every kind', () => {
    assert.ok(all.length >= 40, `${all.length} cases`);
    assert.ok(all.some(({ golden }) => (golden.refuse?.length ?? 0) > 0));
    assert.ok(all.some(({ golden }) => golden.sites.length === 0));
  });

  for (const one of all) {
    it(one.name, () => {
      const { golden } = one;
      const report = results.report(one.name);
      if (golden.refuse && golden.refuse.length > 0) {
        assert.ok(report.refused.length > 0 || report.error, 'refused with a reason');
        for (const { reason } of report.refused) assert.match(reason, /\w{3}/);
      } else assert.equal(report.error, null);
      if (report.error) return;
      const sites = report.sites.map(({ key }) => goldenKey(`attention/${key}`, golden));
      assert.deepEqual(sites.toSorted(), golden.sites.map(({ key }) => key).toSorted());
      compare(one);
    });
  }
});

function compare({ name, golden, tensors }: Case): void {
  const [expected, actual] = [Goldens.read(tensors), results.tensors(name)];
  const found = new Map(actual.names.map((key) => [goldenKey(key, golden), actual.get(key)]));
  for (const { key, exact } of golden.sites) {
    const weights = found.get(key);
    assert.ok(weights, key);
    assert.deepEqual(weights.shape, expected.get(key).shape, key);
    if (exact === false || golden.validRows || OTHER_KERNELS.has(name)) continue;
    const error = largestError(weights.data, expected.get(key).data);
    assert.ok(error <= golden.tolerance, `${key}: off by ${error}, allowed ${golden.tolerance}`);
  }
}
