/** Occlusion of patches equals the reference on pictures whose pixels were covered by a loop of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runReference } from '../../../../model/architectures/reference.ts';
import type { CoverColour } from '../../../../model/predictions/patches.ts';
import { tensor } from '../../../../model/tensor.ts';
import { Engine } from '../../../../webview/engine/engine.ts';
import { openFolder } from '../../../inspect/folder.ts';
import { startRuntime } from '../../../inspect/runtime.ts';
import { goldenPath, inputsOf, openGolden } from '../../../model/architectures/checkpoints.ts';

const PATCH = 8;
const GRID = { rows: 4, columns: 4, width: PATCH, height: PATCH };

const bitsOf = (logits: ArrayLike<number>, answer: number) =>
  Math.log2(Math.exp(logits[answer]!) / Array.from(logits).reduce((sum, z) => sum + Math.exp(z), 0));

test('each square, each colour', async () => {
  const golden = await openGolden('vit');
  const { pixel_values: pixels } = inputsOf(golden, 'A');
  const [, channels = 0, height = 0, width = 0] = pixels!.shape;
  assert.deepEqual([height, width], [32, 32]);
  const folder = openFolder(goldenPath('vit', ''));
  const engine = new Engine(await startRuntime('wasm'));
  await engine.open(folder, folder.model, { device: 'wasm' });
  const { run } = await engine.run({ pixelValues: pixels! });
  const groups = [[0], [5], [15], [2, 3, 6, 7]];
  const reference = async (square: readonly number[], colour: CoverColour) => {
    const data = Float32Array.from(pixels!.data as Float32Array);
    for (let c = 0; c < channels; c++) {
      const inside = (i: number) => square.includes(Math.floor(Math.floor(i / width) / PATCH) * 4 + Math.floor((i % width) / PATCH));
      const all = Array.from({ length: height * width }, (_, i) => i);
      const counted = colour === 'own' ? all.filter(inside) : all;
      const sum = counted.reduce((total, i) => total + Number(pixels!.data[c * height * width + i]), 0);
      for (const i of all.filter(inside)) data[c * height * width + i] = colour === 'zero' ? 0 : sum / counted.length;
    }
    const values = await runReference(golden.checkpoint, { pixel_values: tensor('float32', pixels!.shape, data) });
    return bitsOf(values.get('output/logits')!.data as Float32Array, 1);
  };
  const whole = await runReference(golden.checkpoint, { pixel_values: pixels! });
  const before = bitsOf(whole.get('output/logits')!.data as Float32Array, 1);
  for (const colour of ['mean', 'own', 'zero'] as const) {
    const edit = { how: 'cover', colour, grid: GRID } as const;
    const question = { run, place: { output: 'logits', position: null }, answer: 1, against: null, side: 'source', edit, groups } as const;
    const { drops } = await engine.causes.occlude(question);
    for (const [i, square] of groups.entries()) {
      const expected = before - (await reference(square, colour));
      assert.ok(Math.abs(drops[i]! - expected) < 1e-4, `${colour} ${square}: ${drops[i]} for ${expected}`);
      assert.ok(Math.abs(expected) > 1e-5, 'the square has a part in the answer');
    }
  }
  await engine.close();
  folder.close();
});
