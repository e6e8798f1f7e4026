/** One graph of a model, loaded a second time with inputs that turn its heads: one session serves every question. */
import { factorsOf, type Knobs, type Steered, steer, type Wanted } from '../../../model/attention/index.ts';
import { HeadlightError } from '../../../model/errors.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import type { HeadChange } from '../../../model/protocol/engine.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import { cpuNodesOf, externalOf } from '../external.ts';
import { RunOutputs } from '../outputs.ts';
import type { LoadOptions, Part } from '../part.ts';
import type { CancelSignal } from '../queue.ts';
import type { OrtValues, Runtime, Session } from '../runtime.ts';
import { toOrt } from '../tensors.ts';

export class SteeredPart {
  private constructor(
    private readonly runtime: Runtime,
    readonly steered: Steered,
    private readonly session: Session,
  ) {}

  static async load(runtime: Runtime, part: Part, wanted: Wanted, options: Omit<LoadOptions, 'keeping'>): Promise<SteeredPart> {
    const steered = steer(part.found, wanted);
    const { model } = steered;
    const { name, folder } = part;
    const program = { name, folder, bytes: writeModel(model), weights: externalOf(model).weights, cpuNodes: cpuNodesOf(model) };
    try {
      return new SteeredPart(runtime, steered, await runtime.create(program, options));
    } catch (error) {
      // The norms are an addition: a graph that does not take them is still one that can be steered.
      if (!wanted.norms || runtime.broken || !(error instanceof HeadlightError) || error.code !== 'runtime') throw error;
      return SteeredPart.load(runtime, part, { ...wanted, norms: false }, options);
    }
  }

  /**
   * @param changes by the keys that the sites have in their own graph
   * @param position row of the answer; whatever where no answer has positions
   * @param fetches output names of the steered graph
   * @throws HeadlightError `unsupported` for a head that cannot be turned
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    changes: readonly HeadChange[],
    position: number,
    fetches: readonly string[],
    signal: CancelSignal | undefined,
  ): Promise<RunOutputs> {
    const values: OrtValues = {};
    const { row, knobs } = this.steered;
    const all = {
      ...feeds,
      ...knobValues(knobs, changes),
      ...(row ? { [row]: tensor('int64', [1], BigInt64Array.of(BigInt(position))) } : {}),
    };
    for (const [name, value] of Object.entries(all)) values[name] = toOrt(this.runtime.ort, value);
    return new RunOutputs(await this.session.run(values, fetches, signal), this.runtime.queue);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** The inputs that turn the heads: ones and zeros where nothing changes. */
function knobValues(knobs: readonly Knobs[], changes: readonly HeadChange[]): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  for (const { heads, gain, even } of knobs) {
    values[gain] = tensor('float32', [heads], new Float32Array(heads).fill(1));
    values[even] = tensor('float32', [heads], new Float32Array(heads));
  }
  for (const { key, head, how } of changes) {
    const knob = knobs.find((k) => k.key === key);
    if (!knob) throw new HeadlightError('unsupported', `The heads of ${key} cannot be turned.`);
    if (head < 0 || head >= knob.heads) throw new HeadlightError('internal', `${key} has ${knob.heads} heads, there is no head ${head}.`);
    const factors = factorsOf(how);
    (values[knob.gain]!.data as Float32Array)[head] = factors.gain;
    (values[knob.even]!.data as Float32Array)[head] = factors.even;
  }
  return values;
}
