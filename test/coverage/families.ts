/**
 * What every golden checkpoint shows of its family: that it opens and runs, and how far it is from the golden values.
 */
import { describeCheckpoint } from '../../model/architectures/describe.ts';
import { emitModel } from '../../model/architectures/emit.ts';
import { fillInputs } from '../../model/architectures/fill.ts';
import { runReference } from '../../model/architectures/reference.ts';
import { familyTypes } from '../../model/architectures/registry.ts';
import type { Tensor } from '../../model/tensor.ts';
import {
  errorOfScale,
  expectationsOf,
  type Golden,
  goldenNames,
  inGoldenLayout,
  inputsOf,
  modelTypeOf,
  openGolden,
  queryMask,
  stageName,
} from '../model/architectures/checkpoints.ts';
import { runOrt } from '../model/architectures/ort.ts';

/** How many values were compared, and the largest error as a part of its value's scale. */
export interface Compared {
  readonly count: number;
  readonly error: number;
}

export interface FamilyRow {
  readonly architecture: string;
  readonly modelType: string;
  readonly checkpoint: string;
  readonly positions: string | null;
  /** Places of attention. */
  readonly sites: number;
  /** Outputs of the emitted graph in onnxruntime. */
  readonly outputs: Compared;
  /** Attention weights of the emitted graph in onnxruntime. */
  readonly attention: Compared;
  /** Everything that the golden file has and the reference computes. */
  readonly reference: Compared;
  readonly generates: boolean;
}

/** Golden checkpoints of known families, by family. */
export function coveredNames(): string[] {
  const types = familyTypes();
  const known = goldenNames().filter((name) => types.includes(modelTypeOf(name)));
  return known.sort((a, b) => types.indexOf(modelTypeOf(a)) - types.indexOf(modelTypeOf(b)) || a.localeCompare(b));
}

/** Compares one golden checkpoint, all its cases. */
export async function measureFamily(name: string): Promise<FamilyRow> {
  const golden = await openGolden(name);
  const facts = describeCheckpoint(golden.checkpoint);
  const rows: CaseRow[] = [];
  for (const letter of golden.cases) rows.push(await measureCase(golden, letter)); // one after the other: the runtime runs one at a time
  const together = (pick: (row: CaseRow) => Compared): Compared => joined(rows.map(pick));
  return {
    ...{ architecture: facts.architecture, modelType: modelTypeOf(name), checkpoint: name, positions: facts.positions },
    sites: emitModel(golden.checkpoint).sites.length,
    outputs: together(({ outputs }) => outputs),
    attention: together(({ attention }) => attention),
    reference: together(({ reference }) => reference),
    generates: golden.tensors.has('A/generated'),
  };
}

type CaseRow = Pick<FamilyRow, 'outputs' | 'attention' | 'reference'>;

async function measureCase(golden: Golden, letter: string): Promise<CaseRow> {
  const inputs = inputsOf(golden, letter);
  const emitted = emitModel(golden.checkpoint, { given: Object.keys(inputs), stages: 'all' });
  const ran = await runOrt(golden.checkpoint, emitted, fillInputs(emitted.inputs, inputs));
  const engine = new Map([...ran, ...emitted.outputs.map((output): [string, Tensor] => [`output/${output}`, ran.get(output)!])]);
  const reference = await runReference(golden.checkpoint, inputs, { stages: 'all' });
  const compare = (actual: ReadonlyMap<string, Tensor>, kind: RegExp): Compared => compared(golden, letter, actual, kind);
  return { outputs: compare(engine, /^output\//), attention: compare(engine, /^attention\//), reference: compare(reference, /./) };
}

function compared(golden: Golden, letter: string, actual: ReadonlyMap<string, Tensor>, kind: RegExp): Compared {
  const inputs = inputsOf(golden, letter);
  const errors: number[] = [];
  for (const [key, expected] of expectationsOf(golden, letter)) {
    const value = kind.test(key) ? actual.get(stageName(key, 'decoder_input_ids' in inputs)) : undefined;
    const inLayout = value && inGoldenLayout(key, value, expected);
    if (inLayout?.shape.join() === expected.shape.join()) errors.push(errorOfScale(inLayout, expected, queryMask(inputs, key)));
  }
  return { count: errors.length, error: Math.max(0, ...errors) };
}

function joined(all: readonly Compared[]): Compared {
  return { count: all.reduce((sum, { count }) => sum + count, 0), error: Math.max(...all.map(({ error }) => error)) };
}
