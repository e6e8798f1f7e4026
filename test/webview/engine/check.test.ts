/** Recomputed weights that do not lead to what the fused operator gave: the CPU is tried, and where it is no better the site is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { decodeModel, writeModel } from '../../../model/onnx/wire.ts';
import type { Device, SiteRun } from '../../../model/protocol/engine.ts';
import { CHECK_TOLERANCE, checked } from '../../../webview/engine/check.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import type { OpenSite } from '../../../webview/engine/opening.ts';
import { type CreateOptions, type Ort, type Program, Runtime, type Session } from '../../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from '../../inspect/folder.ts';
import { rawInputs } from '../../inspect/input.ts';
import { assertClose } from '../../model/compare.ts';
import { fixture, Goldens } from '../../model/goldens.ts';

/** The graph as a kernel runs it that leaves the cap of GroupQueryAttention out, which onnxruntime-web 1.30 does on WebGPU. */
function withoutCap(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes, 'program');
  for (const node of model.graph!.node) {
    if (node.opType === 'GroupQueryAttention') node.attribute = node.attribute.filter(({ name }) => name !== 'softcap');
  }
  return writeModel(model);
}

/** The CPU under the name of a graphics card; some devices leave the cap out. */
class Faulty extends Runtime {
  constructor(
    ort: Ort,
    wasm: Uint8Array,
    private readonly wrong: readonly Device[],
  ) {
    super({ ort, wasm, build: 'wasm', gpu: null });
  }

  override chooseDevice(wanted: Device | 'auto') {
    return Promise.resolve({ device: wanted === 'auto' ? 'wasm' : wanted, fallback: null, half: true } as const);
  }

  override create(program: Program, options: CreateOptions): Promise<Session> {
    const bytes = this.wrong.includes(options.device) ? withoutCap(program.bytes) : program.bytes;
    return super.create({ ...program, bytes }, { ...options, device: 'wasm', keepOnGpu: [] });
  }
}

describe('the check of recomputed weights', () => {
  const file = fixture('onnx', 'operators/ms-gqa.softcap', 'model.onnx');
  const golden = file.replace('model.onnx', 'golden.safetensors');
  let folder: OpenFolder;
  let ort: Ort;
  let wasm: Uint8Array;

  before(async () => {
    folder = openFolder(file);
    ort = (await import('onnxruntime-web/wasm')) as Ort;
    wasm = readFileSync(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  });
  after(() => folder.close());

  async function run(wrong: readonly Device[]) {
    const engine = new Engine(new Faulty(ort, wasm, wrong));
    await engine.open(folder, folder.model, { device: 'webgpu', alone: true });
    return { engine, result: await engine.run({ raw: await rawInputs(golden) }) };
  }

  it('holds where the operator does what it says', async () => {
    const { engine, result } = await run([]);
    assert.equal(result.device, 'webgpu');
    assert.ok(result.sites[0]!.checkError! < 1e-5);
    await engine.close();
  });

  it('a graphics card that computes something else gives way to the CPU, and the reason is said', async () => {
    const { engine, result } = await run(['webgpu']);
    assert.equal(result.device, 'wasm');
    assert.match(result.fallback ?? '', /^WebGPU failed: .*fused operator.*they differ by [\d.]+ % of the largest/);
    assert.deepEqual(result.refused, []);
    const { weights } = await engine.head({ run: result.run, key: 'self/0', head: 1 });
    const wanted = Goldens.read(golden).get('attention/self/0').data as Float32Array;
    assertClose(weights, wanted.subarray(weights.length, 2 * weights.length), { rtol: 0, atol: 2e-5 });
    await engine.close();
  });

  it('where the CPU does the same, the site is not shown', async () => {
    const { engine, result } = await run(['webgpu', 'wasm']);
    assert.deepEqual(result.sites, []);
    assert.match(result.refused[0]!.reason, /not what its formula gives: they differ by/);
    assert.ok(result.refused[0]!.where.length > 0 && result.refused[0]!.advice);
    await engine.close();
  });

  it('keeps what is within rounding, and refuses what is no number', () => {
    const sites = ['self/0', 'self/1', 'self/2'].map((key) => ({ facts: { key, where: key, node: 'n' } }) as OpenSite);
    const errors = [CHECK_TOLERANCE, Number.NaN, null];
    const runs = errors.map((checkError, i) => ({ key: `self/${i}`, checkError }) as SiteRun);
    const { sites: kept, refused } = checked(runs, sites);
    assert.deepEqual(
      kept.map(({ key }) => key),
      ['self/0', 'self/2'],
    );
    assert.match(refused[0]!.reason, /no finite number/);
  });
});
