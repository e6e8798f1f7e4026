/** The interpreter that computes: a `T` is a tensor of numbers, every operator runs at once. */
import { HeadlightError } from '../../errors.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import type { Attributes, Interpreter, ScanStep } from '../ops.ts';
import type { Call } from './kernel.ts';
import { kernelOf } from './registry.ts';
import { stack } from './scan.ts';

/** Version of the ai.onnx operators that `Ops` is written in. */
const OPSET = 21;

function noBody(attribute: string): never {
  throw new HeadlightError('internal', `A subgraph (${attribute}) can only come from a file; use scan.`);
}

function apply(op: string, inputs: readonly (Tensor | null)[], attributes: Attributes = {}, outputs = 1, domain = ''): Tensor[] {
  const kernel = kernelOf(domain, op);
  if (!kernel) throw new HeadlightError('unsupported', `The reference has no operator ${op} of domain ${domain || 'ai.onnx'}.`);
  const call: Call = { op, domain, opset: domain === '' ? OPSET : 1, attributes, outputs, name: '', body: noBody };
  return kernel(inputs, call);
}

/** Step t of a sequence [T, ..] without its first axis. */
function stepOf({ dtype, shape, data }: Tensor, t: number): Tensor {
  const size = sizeOf(shape.slice(1));
  return { dtype, shape: shape.slice(1), data: data.subarray(t * size, (t + 1) * size) };
}

function scan(body: ScanStep<Tensor>, carried: readonly Tensor[], sequences: readonly Tensor[]): { carried: Tensor[]; results: Tensor[] } {
  const steps = sequences[0]?.shape[0] ?? 0;
  if (steps === 0) throw new HeadlightError('shape', 'scan needs a sequence of at least one step.');
  let state = [...carried];
  const results: Tensor[][] = [];
  for (let t = 0; t < steps; t++) {
    const next = body(
      state,
      sequences.map((sequence) => stepOf(sequence, t)),
    );
    state = [...next.carried];
    next.results.forEach((value, n) => {
      results[n] ??= [];
      results[n].push(value);
    });
  }
  return { carried: state, results: results.map((values) => stack(values, 0)) };
}

/** The reference: computes every operator in TypeScript. Stateless. */
export const reference: Interpreter<Tensor> = { apply, constant: (value) => value, scan };
