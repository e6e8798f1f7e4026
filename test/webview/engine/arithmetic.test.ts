/** How numbers came about: at every step of the walk through golden checkpoints the terms that are shown lead to the number that the run has. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Arithmetic, StageValue } from '../../../model/protocol/walk.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import { openModel } from '../../../webview/engine/opening.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { Walker } from '../../../webview/engine/walker.ts';
import { openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { inputsOf, openGolden } from '../../model/architectures/checkpoints.ts';
import { casesIn } from '../../model/attention/corpus.ts';
import { fixture, Goldens } from '../../model/goldens.ts';

/** Part of a step's largest number: single precision, summed in another order. */
const TOLERANCE = 1e-5;
/** Sums are shown in double precision throughout. */
const DOUBLE = 1e-12;

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

async function walkerOf(name: string, mapLimit?: number): Promise<Walker> {
  const golden = await openGolden(name);
  const { checkpoint } = golden;
  const inputs = inputsOf(golden, golden.cases[0]!);
  const files = { id: 'golden', name: 'golden', entry: checkpoint.weights, files: checkpoint.folder.files };
  const model = await openModel(checkpoint.folder, files, { device: 'wasm', fallback: null, half: false }, { given: Object.keys(inputs) });
  const feeds = model.parts.map((part) => part.feeds({ raw: inputs }, null).feeds);
  return new Walker(runtime, model, feeds, 'wasm', [], mapLimit);
}

const note = ({ notes }: Arithmetic, name: RegExp): number | undefined => notes.find((one) => name.test(one.name))?.value;

/** Beginning, middle, end, and never the same place along both axes. */
const cellsOf = ({ rows, columns }: StageValue) => [
  { row: rows - 1, column: Math.min(2, columns - 1) },
  { row: 0, column: columns - 1 },
  { row: Math.floor(rows / 2), column: Math.floor(columns / 3) },
];

/** A sum's own terms: those listed, those that are not, and what is added at the end. */
function sumOf(arithmetic: Arithmetic): number {
  const listed = arithmetic.rows.reduce((sum, row) => sum + row.at(-1)!, 0);
  return listed + (note(arithmetic, /^the other \d+ terms$/) ?? 0) + (note(arithmetic, /^(b|constant)$/) ?? 0);
}

function assertAddsUp(arithmetic: Arithmetic, scale: number, where: string): void {
  const { value, result, formula, rows, columns, terms } = arithmetic;
  assert.ok(value === result || Math.abs(value - result) <= TOLERANCE * scale, `${where}: ${result} for ${value}`);
  for (const row of rows) assert.equal(row.length, columns.length, where);
  if (!/^Σ .*·/.test(formula)) return;
  assert.equal(rows.length, Math.min(8, terms), where);
  assert.ok(
    Math.abs(sumOf(arithmetic) - result) <= DOUBLE * Math.max(scale, terms),
    `${where}: the table adds up to ${sumOf(arithmetic)}, not ${result}`,
  );
}

/** Steps that take whole rows at once say so; everything else is shown. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'bert-relative': /^other Einsum: Einsum is one operator/,
};
const NAMES = [
  ...['bert', 'bert-relative', 'gpt2', 'bloom', 'falcon', 'gpt_neox', 'llama', 'gemma3', 'qwen3', 'modernbert'],
  ...['t5', 'whisper', 'vit', 'swin', 'dit', 'clip', 'dinov2-gated', 'xlnet', 'transfo-xl', 'deberta-v2-convolution'],
];

for (const name of NAMES) {
  test(`numbers of ${name} add up: their terms give what the run has`, async () => {
    const walker = await walkerOf(name);
    const kinds = new Set<string>();
    for (const [section, { steps }] of walker.walk().sections.entries()) {
      for (const head of [0, 1]) {
        const { values } = await walker.stage({ run: 1, section, head }, {});
        for (const step of steps) {
          const matrix = values.find(({ id }) => id === step.id)!;
          if (head > 0 && matrix.head === null) continue;
          const scale = Math.max(...Array.from(matrix.data, Math.abs).filter((number) => number < 1e30), 1e-3);
          for (const cell of cellsOf(matrix)) {
            const where = `${step.kind} ${step.operators} of ${step.path} [${cell.row}, ${cell.column}]`;
            const answer = await walker.arithmetic({ run: 1, section, head, step: step.id, ...cell }, {}).catch((error: Error) => error);
            if (answer instanceof Error) {
              assert.match(`${step.kind} ${step.operators}: ${answer.message}`, REFUSED[name] ?? /^nothing is refused$/, where);
              continue;
            }
            kinds.add(step.kind);
            assert.equal(answer.value, matrix.data[cell.row * matrix.columns + cell.column], where);
            assertAddsUp(answer, scale, where);
          }
        }
      }
    }
    for (const kind of ['linear', 'product', 'softmax', 'norm', 'residual']) assert.ok(kinds.has(kind), `${kind} was explained`);
  });
}

/** What graphs from files have beside: an operator that turns, a softmax along other axes, a norm that is scaled after. */
for (const [name, kind] of [
  ['llama.dy23.q4', 'rotation'],
  ['hand.transposed', 'softmax'],
  ['hand.softmax11-joint', 'softmax'],
  ['t5.optimum.folder-three-files/encoder_model', 'norm'],
] as const) {
  test(`every ${kind} of ${name} adds up`, async () => {
    const one = casesIn(fixture('onnx')).find((known) => known.name === name)!;
    const folder = openFolder(one.model);
    const engine = new Engine(runtime);
    try {
      await engine.open(folder, folder.model, { device: 'wasm' });
      const { run } = await engine.run({ raw: Object.fromEntries(Goldens.read(one.tensors).under('input/')) });
      let count = 0;
      for (const [section, { steps }] of (await engine.walk({ run })).sections.entries()) {
        const { values } = await engine.stage({ run, section, head: 1 });
        for (const step of steps.filter((known) => known.kind === kind)) {
          const matrix = values.find(({ id }) => id === step.id)!;
          const scale = Math.max(...Array.from(matrix.data, Math.abs), 1e-3);
          for (const cell of cellsOf(matrix)) {
            const where = `${step.operators} [${cell.row}, ${cell.column}]`;
            assertAddsUp(await engine.arithmetic({ run, section, head: 1, step: step.id, ...cell }), scale, where);
            count++;
          }
        }
      }
      assert.ok(count >= 3, `${count} numbers were asked about`);
    } finally {
      await engine.close();
      folder.close();
    }
  });
}

/** The arithmetic of a row of the first queries or keys that were turned. */
async function turnedRow(name: string, row: number): Promise<Arithmetic[]> {
  const walker = await walkerOf(name);
  for (const [section, { steps }] of walker.walk().sections.entries()) {
    const step = steps.find(({ kind }) => kind === 'rotation');
    if (!step) continue;
    const { values } = await walker.stage({ run: 1, section, head: 1 }, {});
    const { columns } = values.find(({ id }) => id === step.id)!;
    const asked = Array.from({ length: columns }, (_, column) => ({ run: 1, section, head: 1, step: step.id, row, column }));
    return Promise.all(asked.map((one) => walker.arithmetic(one, {})));
  }
  throw new Error(`${name} turns nothing.`);
}

for (const [name, part, scaled] of [
  ['llama', 1, false],
  ['gpt_neox', 0.5, false],
  ['gpt_neox-yarn', null, true],
] as const) {
  test(`a turned number of ${name}: its pair, the angle with cosine and sine, two products`, async () => {
    const [second, third] = [await turnedRow(name, 1), await turnedRow(name, 2)];
    const pairs = third.filter(({ formula }) => /cos θ/.test(formula));
    if (part !== null) assert.equal(pairs.length, Math.round(third.length * part) & ~1);
    const half = pairs.length / 2;
    for (const [column, arithmetic] of third.entries()) {
      if (!pairs.includes(arithmetic)) {
        assert.match(arithmetic.formula, /^not turned/);
        continue;
      }
      const [[own = 0], [other = 0]] = arithmetic.rows as [readonly number[], readonly number[]];
      assert.equal((other - own) * (column < half ? 1 : -1), half, 'the other of the pair lies half the turned columns away');
      const [angle, cos, sin] = [note(arithmetic, /^θ in radians$/)!, note(arithmetic, /^cos θ$/)!, note(arithmetic, /^sin θ$/)!];
      assert.ok(Math.abs(Math.cos(angle) - cos) < 1e-6 && Math.abs(Math.sin(angle) - sin) < 1e-6, `θ = ${angle}, cos ${cos}, sin ${sin}`);
      assert.ok(Math.abs(angle - 2 * note(second[column]!, /^θ in radians$/)!) < 1e-6, 'the angle grows with the position');
      assert.equal(note(arithmetic, /^length of the turned pair/) !== undefined, scaled);
    }
  });
}

test('a number of a patch: pixels of that patch times the kernel, with their places', async () => {
  const walker = await walkerOf('vit');
  const step = walker.walk().sections[0]!.steps.find(({ kind }) => kind === 'convolution')!;
  const { values } = await walker.stage({ run: 1, section: 0, head: 0 }, {});
  const { shape } = values.find(({ id }) => id === step.id)!;
  const [across, patch] = [shape.at(-1)!, { row: 1, column: 2 }];
  const cell = { row: patch.row * across + patch.column, column: 5 };
  const arithmetic = await walker.arithmetic({ run: 1, section: 0, head: 0, step: step.id, ...cell }, {});
  const side = Math.sqrt(arithmetic.terms / 3);
  assert.deepEqual(arithmetic.columns, ['channel', 'row', 'column', 'x', 'W', 'x · W']);
  const places = arithmetic.rows.map(([channel, row, column]) => [channel, row, column]);
  const expected = Array.from({ length: 8 }, (_, i) => [
    1,
    patch.row * side + Math.floor(i / side) + 1,
    patch.column * side + (i % side) + 1,
  ]);
  assert.deepEqual(places, expected);
});

test('a text whose weights are left out: what was made of them says so, and computes nothing', async () => {
  const walker = await walkerOf('bert', 64);
  const section = walker.walk().sections.findIndex(({ kind }) => kind === 'layer');
  const { steps } = walker.walk().sections[section]!;
  const context = steps.find(({ role }) => role === 'context')!;
  const asked = { run: 1, section, head: 0, step: context.id, row: 1, column: 1 };
  await assert.rejects(
    walker.arithmetic(asked, {}),
    /^HeadlightError: .*left out for a text of this length|left out for a text of this length/,
  );
});
