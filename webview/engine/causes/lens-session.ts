/** The model's head as a session of its own: what it reads in a state. */
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Lens } from '../../../model/attention/index.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import type { Device } from '../../../model/protocol/engine.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import type { EngineCall } from '../engine.ts';
import { cpuNodesOf, externalOf } from '../external.ts';
import type { Part } from '../part.ts';
import { breathe } from '../queue.ts';
import type { OrtValues, Runtime, Session } from '../runtime.ts';
import { fromOrt, toOrt } from '../tensors.ts';

/** Logits that are computed at once: 64 MB. */
const LOGITS_AT_ONCE = 2 ** 24;

/** What was read in a state: rows of the head's answer. */
export interface Reading {
  readonly rows: number;
  /** [N, k] */
  readonly ids: Int32Array;
  /** [N, k] */
  readonly probabilities: Float32Array;
  /** [N, A] */
  readonly asked: Float32Array;
}

export class LensSession {
  private constructor(
    private readonly runtime: Runtime,
    private readonly lens: Lens,
    private readonly session: Session,
  ) {}

  static async create(runtime: Runtime, { name, folder }: Part, lens: Lens, device: Device, { token }: EngineCall): Promise<LensSession> {
    const { model } = lens;
    const program = {
      name: `The head of ${name}`,
      folder,
      bytes: writeModel(model),
      weights: externalOf(model).weights,
      cpuNodes: cpuNodesOf(model),
    };
    return new LensSession(runtime, lens, await runtime.create(program, { device, signal: token }));
  }

  /**
   * @param state [1, T, D] as the runtime has it
   * @param feeds of the whole model: those that its head reads are taken
   * @param vocabulary V, or 0 where it is not known: decides how much is computed at once
   */
  async read(
    state: OrtTensor,
    { count, asked }: { readonly count: number; readonly asked: readonly number[] },
    feeds: Readonly<Record<string, Tensor>>,
    vocabulary: number,
    call: EngineCall,
  ): Promise<Reading> {
    const rows = state.dims[1] ?? 1;
    const most = Math.max(1, Math.floor(LOGITS_AT_ONCE / Math.max(1, vocabulary)));
    if (!this.lens.perPosition || rows <= most) return this.#read(state, count, asked, feeds, call);
    const whole = await fromOrt(state);
    const parts: Reading[] = [];
    for (let from = 0; from < rows; from += most) {
      await breathe(call.token);
      parts.push(await this.#read(toOrt(this.runtime.ort, slice(whole, from, Math.min(rows, from + most))), count, asked, feeds, call));
    }
    return joined(parts);
  }

  async #read(
    state: OrtTensor,
    count: number,
    asked: readonly number[],
    feeds: Readonly<Record<string, Tensor>>,
    { token }: EngineCall,
  ): Promise<Reading> {
    const { lens, runtime } = this;
    const ids = (list: readonly number[]) => toOrt(runtime.ort, tensor('int64', [list.length], BigInt64Array.from(list, BigInt)));
    const values: OrtValues = { [lens.state]: state, [lens.count]: ids([count]), [lens.asked]: ids(asked.length > 0 ? asked : [0]) };
    for (const name of lens.inputs) values[name] = toOrt(runtime.ort, feeds[name]!);
    const results = await this.session.run(values, [lens.top, lens.ids, lens.answers], token);
    const [top, found, answers] = [
      await fromOrt(results[lens.top]!),
      await fromOrt(results[lens.ids]!),
      await fromOrt(results[lens.answers]!),
    ];
    return {
      rows: top.shape[0]!,
      ids: Int32Array.from(found.data as BigInt64Array, Number),
      probabilities: (top.data as Float32Array).map(Math.exp),
      asked: asked.length > 0 ? (answers.data as Float32Array).map(Math.exp) : new Float32Array(0),
    };
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Positions `from` to `to` of [1, T, D]. */
function slice({ dtype, shape, data }: Tensor, from: number, to: number): Tensor {
  const width = shape.at(-1)!;
  return tensor(dtype, [1, to - from, width], data.slice(from * width, to * width));
}

function joined(parts: readonly Reading[]): Reading {
  const floats = (pick: (reading: Reading) => Float32Array): Float32Array => Float32Array.from(parts.flatMap((part) => [...pick(part)]));
  return {
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    ids: Int32Array.from(parts.flatMap(({ ids }) => [...ids])),
    probabilities: floats(({ probabilities }) => probabilities),
    asked: floats(({ asked }) => asked),
  };
}
