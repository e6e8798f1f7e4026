import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ambiguousNames, forgetNames } from '../../../model/onnx/axis-names.ts';
import { emit } from '../../../model/ops/emit.ts';

/** An encoder and a decoder whose texts the exporter gave one name. */
function graph() {
  const to = emit();
  const [read, said] = ['input_ids', 'decoder_input_ids'].map((name) => to.input(name, 'int64', ['batch', 'sequence']));
  to.output('y', to.apply('Add', [read!, said!])[0]!, 'int64', ['batch', 'sequence']);
  return to.model().graph!;
}

const namesOf = (shape: { dimParam?: string | null | undefined }[] | undefined) => shape?.map(({ dimParam }) => dimParam);

test('a name that stands for two lengths in a run is ambiguous; one that stands for one length is not', () => {
  const shapes = (other: number) => new Map([['input_ids', [2, 9]] as const, ['decoder_input_ids', [2, other]] as const]);
  assert.deepEqual(ambiguousNames(graph(), shapes(9)), new Set());
  assert.deepEqual(ambiguousNames(graph(), shapes(5)), new Set(['sequence']));
});

test('forgotten names are gone from inputs and outputs, the others stay', () => {
  const all = graph();
  forgetNames(all, new Set(['sequence']));
  for (const info of [...all.input, ...all.output]) assert.deepEqual(namesOf(info.type?.tensorType?.shape?.dim), ['batch', '']);
});
