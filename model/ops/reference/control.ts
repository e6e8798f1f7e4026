/** If, Loop and Scan: operators that run a body, a graph of its own that sees the values around it. */
import { HeadlightError } from '../../errors.ts';
import { sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import { type Call, failure, type Inputs, type Kernels, need, number, numbers } from './kernel.ts';
import { stack } from './scan.ts';
import { part } from './shape.ts';

/** Iterations after which a Loop is taken for endless. */
const ENDLESS = 1_000_000;

function isTrue(condition: Tensor): boolean {
  return Number(condition.data[0]) !== 0;
}

function branch(inputs: Inputs, call: Call): Tensor[] {
  return call.body(isTrue(need(inputs, 0, call)) ? 'then_branch' : 'else_branch')([]);
}

/** Results of all iterations along a new first axis; without an iteration there are none. */
function collected(values: readonly Tensor[]): Tensor {
  return values.length > 0 ? stack(values, 0) : { dtype: 'float32', shape: [0], data: new Float32Array(0) };
}

/**
 * Limit, condition, carried values; the body gets (iteration, condition, carried) and gives (condition, carried, results).
 */
function loop(inputs: Inputs, call: Call): Tensor[] {
  const limit = inputs[0] ? Number(inputs[0].data[0]) : Number.POSITIVE_INFINITY;
  const body = call.body('body');
  let goOn: Tensor = inputs[1] ?? { dtype: 'bool', shape: [], data: Uint8Array.of(1) };
  let carried = inputs.slice(2).map((_, n) => need(inputs, n + 2, call));
  const results: Tensor[][] = Array.from({ length: call.outputs - carried.length }, () => []);
  for (let n = 0; n < limit && isTrue(goOn); n++) {
    if (n === ENDLESS) throw failure(call, 'unsupported', `the loop did not end after ${ENDLESS} iterations.`);
    const iteration: Tensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(n)) };
    const [next, ...values] = body([iteration, goOn, ...carried]);
    goOn = next!;
    const count = carried.length;
    carried = values.slice(0, count);
    values.slice(count).forEach((value, at) => {
      results[at]?.push(value);
    });
  }
  return [...carried, ...results.map(collected)];
}

/** How a Scan walks: axis and direction of every sequence and result. */
interface Walk {
  readonly sequences: number;
  readonly inputAxes: readonly number[];
  readonly backward: readonly boolean[];
  readonly outputAxes: readonly number[];
  readonly outputBackward: readonly boolean[];
}

function walkOf(call: Call, directions: string): Walk {
  const list = (name: string): readonly number[] => numbers(call, name) ?? [];
  return {
    sequences: number(call, 'num_scan_inputs', 0),
    inputAxes: list('scan_input_axes'),
    backward: list(directions).map((d) => d === 1),
    outputAxes: list('scan_output_axes'),
    outputBackward: list('scan_output_directions').map((d) => d === 1),
  };
}

/** Step n of a sequence along an axis, the axis gone. */
function stepOf(x: Tensor, axis: number, n: number): Tensor {
  const step = part(x, axis, n, 1);
  return { ...step, shape: x.shape.filter((_, at) => at !== axis) };
}

/** Walks all sequences once. */
function walk(values: readonly Tensor[], { sequences, inputAxes, backward, outputAxes, outputBackward }: Walk, call: Call): Tensor[] {
  const count = values.length - sequences;
  let state = values.slice(0, count);
  const inputs = values.slice(count);
  const axes = inputs.map((x, n) => ((inputAxes[n] ?? 0) + x.shape.length) % x.shape.length);
  const lengths = inputs.map((x, n) => x.shape[axes[n]!]!);
  if (new Set(lengths).size > 1) throw failure(call, 'shape', `its sequences have different lengths: ${lengths.join(', ')}.`);
  const results: Tensor[][] = [];
  const body = call.body('body');
  const T = lengths[0] ?? 0;
  for (let t = 0; t < T; t++) {
    const steps = inputs.map((x, n) => stepOf(x, axes[n]!, backward[n] ? T - 1 - t : t));
    const next = body([...state, ...steps]);
    state = next.slice(0, count);
    next.slice(count).forEach((value, n) => {
      results[n] ??= [];
      results[n].push(value);
    });
  }
  const stacked = results.map((steps, n) => {
    const rank = (steps[0]?.shape.length ?? 0) + 1;
    return stack(outputBackward[n] ? steps.toReversed() : steps, ((outputAxes[n] ?? 0) + rank) % rank);
  });
  return [...state, ...stacked];
}

/** Before opset 9 everything has a batch axis in front, and the first input says how long each sequence is. */
const WITHOUT_BATCH_SINCE = 9;

function scan(inputs: Inputs, call: Call): Tensor[] {
  if (call.opset >= WITHOUT_BATCH_SINCE)
    return walk(
      inputs.map((_, n) => need(inputs, n, call)),
      walkOf(call, 'scan_input_directions'),
      call,
    );
  if (inputs[0])
    throw new HeadlightError('unsupported', 'Scan of opset 8 with lengths of its sequences is not something the reference does.');
  const values = inputs.slice(1).map((_, n) => need(inputs, n + 1, call));
  const B = values[0]!.shape[0]!;
  const perExample = Array.from({ length: B }, (_, b) =>
    walk(
      values.map((value) => example(value, b)),
      walkOf(call, 'directions'),
      call,
    ),
  );
  return perExample[0]!.map((_, n) =>
    stack(
      perExample.map((results) => results[n]!),
      0,
    ),
  );
}

/** Example b of a tensor with a batch axis in front. */
function example({ dtype, shape, data }: Tensor, b: number): Tensor {
  const size = stridesOf(shape)[0] ?? sizeOf(shape);
  return { dtype, shape: shape.slice(1), data: data.subarray(b * size, (b + 1) * size) };
}

export const controls: Kernels = { If: branch, Loop: loop, Scan: scan };
