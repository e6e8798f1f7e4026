/**
 * One graph of a model, loaded: most models are one graph, an encoder–decoder may come as two files.
 */
import { type Found, headModel, instrument, type Keep, type Site, type Tap } from '../../model/attention/index.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { Tensor } from '../../model/tensor.ts';
import { cpuNodesOf, externalOf } from './external.ts';
import { HeadSession } from './head-session.ts';
import { RunOutputs } from './outputs.ts';
import { keepBetween } from './plans.ts';
import type { CancelSignal } from './queue.ts';
import type { OrtValues, Runtime, Session } from './runtime.ts';
import { toOrt } from './tensors.ts';
import type { OnRead } from './weights.ts';

/** A graph with its attention found. */
export interface Part {
  /** What messages call it: the file. */
  readonly name: string;
  readonly folder: ModelFolder;
  readonly found: Found;
  /** Names of values as the blocks of a checkpoint write them down, by value; left out for graphs from files. */
  readonly stages?: ReadonlyMap<string, readonly string[]>;
}

export interface LoadOptions {
  readonly device: Device;
  readonly keeping: Keep;
  readonly onRead: OnRead;
  readonly signal: CancelSignal | undefined;
}

export class LoadedPart {
  readonly #heads = new Map<string, Promise<HeadSession | null>>();

  private constructor(
    private readonly runtime: Runtime,
    readonly part: Part,
    readonly taps: ReadonlyMap<string, Tap>,
    private readonly session: Session,
    private readonly fetches: readonly string[],
  ) {}

  static async load(runtime: Runtime, part: Part, options: LoadOptions): Promise<LoadedPart> {
    const { device, keeping, onRead, signal } = options;
    const { model, taps } = instrument(part.found.model, part.found.sites, keeping);
    const outputs = part.found.model.graph!.output.map(({ name }) => name);
    // Short texts alone: for long ones they are computed again when somebody looks.
    const between = keeping === 'both' ? keepBetween(part, model) : [];
    const { name, folder } = part;
    const program = { name, folder, bytes: writeModel(model), weights: externalOf(model).weights, cpuNodes: cpuNodesOf(model) };
    const keepOnGpu = [...outputs, ...between, ...taps.flatMap(({ q, k, kept }) => [q ?? '', k ?? '', ...kept]).filter(Boolean)];
    const session = await runtime.create(program, { device, keepOnGpu, onRead, signal });
    const fetches = [...new Set([...outputs, ...between, ...taps.flatMap(fetchesOf)])];
    return new LoadedPart(runtime, part, new Map(taps.map((tap) => [tap.key, tap])), session, fetches);
  }

  get device(): Device {
    return this.session.device;
  }

  run(feeds: Readonly<Record<string, Tensor>>, signal: CancelSignal | undefined): Promise<RunOutputs> {
    return this.runFor(this.fetches, feeds, {}, signal);
  }

  /**
   * The same without what nobody asks for.
   * @param given inputs as the runtime has them already; they stand in for those of the same name in `feeds`
   */
  async runFor(
    fetches: readonly string[],
    feeds: Readonly<Record<string, Tensor>>,
    given: Readonly<OrtValues>,
    signal: CancelSignal | undefined,
  ): Promise<RunOutputs> {
    const values: OrtValues = { ...given };
    for (const [name, tensor] of Object.entries(feeds)) values[name] ??= toOrt(this.runtime.ort, tensor);
    return new RunOutputs(await this.session.run(values, fetches, signal), this.runtime.queue);
  }

  /** The small session that turns kept q and k into a head's weights; null where that cannot be done. One serves all heads of a site. */
  head(site: Site): Promise<HeadSession | null> {
    let session = this.#heads.get(site.key);
    if (!session) {
      session = this.#createHead(site);
      this.#heads.set(site.key, session);
      session.catch(() => this.#heads.delete(site.key));
    }
    return session;
  }

  async #createHead(site: Site): Promise<HeadSession | null> {
    const tap = this.taps.get(site.key)!;
    if (!tap.q || !tap.k) return null;
    const model = headModel(this.part.found.model, site, tap);
    return model && HeadSession.create(this.runtime, this.part, site, model, this.device);
  }

  async release(): Promise<void> {
    const heads = [...this.#heads.values()];
    this.#heads.clear();
    for (const head of heads) await (await head.catch(() => null))?.release();
    await this.session.release();
  }
}

function fetchesOf({ weights, thumbnails, sums, q, k, kept, check }: Tap): string[] {
  return [...weights, thumbnails, sums, q, k, ...kept, check].filter((name): name is string => Boolean(name));
}
