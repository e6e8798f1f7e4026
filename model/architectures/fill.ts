/**
 * Fills the inputs that a run does not give.
 */
import type { InputSpec } from '../blocks/module.ts';
import { HeadlightError } from '../errors.ts';
import { allocate, sizeOf, type Tensor, tensor } from '../tensor.ts';

/**
 * All inputs of a model. Free lengths (`B`, `T`, …) are taken from the inputs that are given; one that none of them has is 1.
 * @throws HeadlightError `input` for one that only the user can give and did not; `shape` for one that does not fit its declaration
 */
export function fillInputs(specs: readonly InputSpec[], given: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const lengths = freeLengths(specs, given);
  const filled: Record<string, Tensor> = {};
  for (const spec of specs) filled[spec.name] = given[spec.name] ?? fill(spec, lengths);
  return filled;
}

function freeLengths(specs: readonly InputSpec[], given: Readonly<Record<string, Tensor>>): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, shape } of specs) {
    const actual = given[name]?.shape;
    if (actual === undefined) continue;
    const says = `Input ${name} has the shape [${actual.join(', ')}], expected [${shape.join(', ')}]`;
    if (actual.length !== shape.length) throw new HeadlightError('shape', `${says}.`);
    shape.forEach((length, axis) => {
      const expected = typeof length === 'number' ? length : lengths.get(length);
      if (expected !== undefined && expected !== actual[axis]) throw new HeadlightError('shape', `${says} with ${length} = ${expected}.`);
      if (typeof length === 'string') lengths.set(length, actual[axis]!);
    });
  }
  return lengths;
}

function fill({ name, dtype, shape, fill: how }: InputSpec, lengths: ReadonlyMap<string, number>): Tensor {
  if (how.by === 'user' && how.otherwise === undefined)
    throw new HeadlightError('input', `The model needs the input ${name}, which was not given.`);
  const sizes = shape.map((length) => (typeof length === 'number' ? length : (lengths.get(length) ?? 1)));
  const data = allocate(dtype, sizeOf(sizes));
  const row = sizes.at(-1) ?? 1;
  for (let i = 0; i < data.length; i++) {
    const value = how.by === 'count' ? i % row : how.by === 'constant' ? how.value : how.otherwise!;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(value);
    else data[i] = value;
  }
  return tensor(dtype, sizes, data);
}
