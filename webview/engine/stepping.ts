/**
 * Generation one token at a time: logits after the last token, with the keys and values of earlier steps where the graph takes them.
 *
 * A step that continues what was read before is given only its new tokens and the caches that the earlier step left; any other (a branch,
 * an undone step) finds the longest beginning that is still known. An encoder is run once for its text.
 */
import type { CachePair } from '../../model/onnx/caches.ts';
import type { EncoderResult } from '../../model/onnx/feeds.ts';
import type { OutputForParams, RunParams, StepParams, StepResult } from '../../model/protocol/engine.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import type { Loaded } from './loading.ts';
import type { OpenModel, OpenPart } from './opening.ts';
import type { RunOutputs } from './outputs.ts';
import type { LoadedPart } from './part.ts';
import { rowAt } from './predict.ts';
import type { CancelSignal } from './queue.ts';
import { encoderResult } from './running.ts';
import type { OrtValues } from './runtime.ts';

/** Beginnings whose caches are kept: one for each of eight beams, and a step back. */
const KEPT = 10;

type Growing = 'ids' | 'targetIds';

/** What a beginning left behind. */
interface Known {
  readonly length: number;
  readonly outputs: RunOutputs;
}

export class Stepper {
  /** By what was read; the most recent last. */
  readonly #known = new Map<string, Known>();
  #encoded: { readonly key: string; readonly result: EncoderResult } | null = null;

  constructor(
    private readonly model: OpenModel,
    private readonly loaded: Loaded,
  ) {}

  /** @throws HeadlightError as a run */
  async step({ params, output, cache = true }: StepParams, signal: CancelSignal | undefined): Promise<StepResult> {
    const start = performance.now();
    const index = this.model.parts.length - 1;
    const part = this.model.parts[index]!;
    const growing: Growing = hasDecoder(this.model) ? 'targetIds' : 'ids';
    const encoder = part.role === 'decoder' ? await this.#encode(params, signal) : null;
    const ids = params[growing] ?? [];
    const context = contextKey(params, growing);
    const before = cache && part.caches.length > 0 && !params.attentionMask ? this.#longest(context, ids) : null;
    const { feeds, padding } = part.feeds(continued(params, growing, ids, part.caches, before), encoder);
    const given = before ? cachesOf(part.caches, before.outputs) : {};
    const presents = cache ? part.caches.map(({ present }) => present) : [];
    const outputs = await this.loaded.parts[index]!.runFor([output, ...presents], feeds, given, signal);
    const logits = lastRow(await outputs.tensor(output), output, padding);
    if (presents.length > 0) this.#keep(`${context}|${ids.join(' ')}`, { length: ids.length, outputs });
    else outputs.dispose();
    return { logits, cached: before?.length ?? 0, stepMs: performance.now() - start };
  }

  /** One output of a run on all that is given; nothing is kept. @throws HeadlightError as a run */
  async output({ params, output }: OutputForParams, signal: CancelSignal | undefined): Promise<Tensor> {
    const index = this.model.parts.length - 1;
    const encoder = this.model.parts[index]!.role === 'decoder' ? await this.#encode(params, signal) : null;
    const { feeds } = this.model.parts[index]!.feeds(params, encoder);
    const outputs = await this.loaded.parts[index]!.runFor([output], feeds, {}, signal);
    try {
      const { dtype, shape, data } = await outputs.tensor(output);
      return { dtype, shape, data: data.slice() };
    } finally {
      outputs.dispose();
    }
  }

  /** The longest known beginning that leaves at least one token to read. */
  #longest(context: string, ids: readonly number[]): Known | null {
    for (let length = ids.length - 1; length > 0; length--) {
      const key = `${context}|${ids.slice(0, length).join(' ')}`;
      const known = this.#known.get(key);
      if (!known) continue;
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    return null;
  }

  #keep(key: string, known: Known): void {
    this.#known.get(key)?.outputs.dispose();
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const [oldest, { outputs }] of this.#known) {
      if (this.#known.size <= KEPT) return;
      outputs.dispose();
      this.#known.delete(oldest);
    }
  }

  async #encode(params: RunParams, signal: CancelSignal | undefined): Promise<EncoderResult | null> {
    const index = this.model.parts.findIndex(({ role }) => role === 'encoder');
    if (index < 0) return null;
    const key = contextKey(params, 'targetIds');
    if (this.#encoded?.key === key) return this.#encoded.result;
    const result = await encode(this.model.parts[index]!, this.loaded.parts[index]!, params, signal);
    this.#encoded = { key, result };
    return result;
  }

  dispose(): void {
    for (const { outputs } of this.#known.values()) outputs.dispose();
    this.#known.clear();
    this.#encoded = null;
  }
}

/** Whether the target's tokens grow, and not the text's. */
export function hasDecoder({ parts, inputs }: Pick<OpenModel, 'parts' | 'inputs'>): boolean {
  return parts.at(-1)!.role === 'decoder' || inputs.some(({ name }) => /^decoder_(input_)?ids$/.test(name));
}

async function encode(part: OpenPart, loaded: LoadedPart, params: RunParams, signal: CancelSignal | undefined): Promise<EncoderResult> {
  const name = part.found.model.graph!.output[0]!.name;
  const outputs = await loaded.runFor([name], part.feeds(params, null).feeds, {}, signal);
  try {
    return encoderResult(await outputs.tensor(name), params);
  } finally {
    outputs.dispose();
  }
}

/** Everything that is read beside the tokens that grow. Sounds and pictures are told apart by their numbers' sum and a few of them. */
function contextKey({ ids, typeIds, attentionMask, features, pixelValues }: RunParams, growing: Growing): string {
  return JSON.stringify([growing === 'ids' ? null : ids, typeIds, attentionMask, print(features), print(pixelValues)]);
}

function print(tensor: Tensor | undefined): readonly number[] | null {
  if (!tensor) return null;
  const { data } = tensor;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Number(data[i]) * (1 + (i % 97));
  return [...tensor.shape, sum];
}

/** The parameters for what has not been read yet. The caches stand there with their shapes only: their values stay with the runtime. */
function continued(
  params: RunParams,
  growing: Growing,
  ids: readonly number[],
  caches: readonly CachePair[],
  before: Known | null,
): RunParams {
  if (!before) return { ...params, [growing]: ids };
  const shapes = caches.map(({ past, present }) => {
    const { type, dims } = before.outputs.value(present);
    return [past, { dtype: type as DType, shape: [...dims], data: new Float32Array(0) }] as const;
  });
  const typeIds = growing === 'ids' && params.typeIds ? { typeIds: params.typeIds.slice(before.length) } : {};
  return { ...params, ...typeIds, [growing]: ids.slice(before.length), raw: { ...params.raw, ...Object.fromEntries(shapes) } };
}

function cachesOf(caches: readonly CachePair[], outputs: RunOutputs): OrtValues {
  return Object.fromEntries(caches.map(({ past, present }) => [past, outputs.value(present)]));
}

/** The row after the last token that is no padding; a copy. */
function lastRow(tensor: Tensor, output: string, padding: number): Float32Array {
  const rows = tensor.shape.length === 3 ? tensor.shape[1]! : 1;
  return Float32Array.from(rowAt(tensor, output, rows - 1 - padding));
}
