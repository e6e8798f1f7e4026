/** The small session of one site: q and k of a run in, one head's weights and scores out. */
import type { HeadModel, Site } from '../../model/attention/index.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import { cpuNodesOf, externalOf } from './external.ts';
import type { RunOutputs } from './outputs.ts';
import type { Part } from './part.ts';
import type { OrtValues, Runtime, Session } from './runtime.ts';
import { fromOrt } from './tensors.ts';

export class HeadSession {
  private constructor(
    private readonly runtime: Runtime,
    private readonly model: HeadModel,
    private readonly session: Session,
  ) {}

  static async create(runtime: Runtime, part: Part, site: Site, model: HeadModel, device: Device): Promise<HeadSession> {
    const name = `${part.name}, ${site.where}`;
    const program = {
      name,
      bytes: writeModel(model.model),
      folder: part.folder,
      weights: externalOf(model.model).weights,
      cpuNodes: cpuNodesOf(model.model),
    };
    return new HeadSession(runtime, model, await runtime.create(program, { device }));
  }

  weights(outputs: RunOutputs, head: number, batch: number): Promise<Tensor> {
    return this.#run(outputs, head, batch, this.model.weights);
  }

  scores(outputs: RunOutputs, head: number, batch: number): Promise<Tensor> {
    return this.#run(outputs, head, batch, this.model.scores);
  }

  async #run(outputs: RunOutputs, head: number, batch: number, wanted: string): Promise<Tensor> {
    const index = (value: number) => new this.runtime.ort.Tensor('int64', BigInt64Array.of(BigInt(value)), [1]);
    const feeds: OrtValues = { [this.model.head]: index(head), [this.model.batch]: index(batch) };
    for (const [input, output] of this.model.feeds) feeds[input] = outputs.value(output);
    const results = await this.session.run(feeds, [wanted]);
    return fromOrt(results[wanted]!);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
