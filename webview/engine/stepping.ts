/**
 * Generation one token at a time: logits after the last token, with the keys and values of earlier steps where a graph takes them.
 *
 * A step that continues what was read before is given only its new tokens and the caches that the earlier step left; any other (a branch,
 * an undone step) finds the longest beginning that is still known. An encoder is run once for its text, and what a decoder keeps of it is
 * made once, by the first step.
 */
import type { EncoderResult } from '../../model/onnx/feeds.ts';
import type { OutputForParams, RunParams, StepParams, StepResult } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import { Beginnings, type Known } from './beginnings.ts';
import type { EngineCall } from './engine.ts';
import type { Loaded } from './loading.ts';
import { NextPart, type Reader } from './next-part.ts';
import type { OpenModel, OpenPart } from './opening.ts';
import type { LoadedPart } from './part.ts';
import { rowAt } from './predict.ts';
import type { CancelSignal } from './queue.ts';
import type { Growing } from './reading-on.ts';
import { encoderResult } from './running.ts';
import type { Runtime } from './runtime.ts';

/** A step, and what it is asked. */
interface Asked {
  readonly params: RunParams;
  readonly growing: Growing;
  readonly output: string;
  readonly encoder: EncoderResult | null;
  readonly signal: CancelSignal | undefined;
}

export class Stepper {
  readonly #beginnings = new Beginnings();
  readonly #next: NextPart;
  readonly #growing: Growing;
  #encoded: { readonly key: string; readonly result: EncoderResult } | null = null;

  constructor(
    runtime: Runtime,
    private readonly model: OpenModel,
    private readonly loaded: Loaded,
  ) {
    this.#next = new NextPart(runtime, model, loaded);
    this.#growing = hasDecoder(model) ? 'targetIds' : 'ids';
  }

  /** @throws HeadlightError as a run */
  async step(asked: StepParams, call: EngineCall): Promise<StepResult> {
    try {
      return await this.#step(asked, call);
    } catch (error) {
      if (!(await this.#next.giveUp(error))) throw error;
      this.#beginnings.clear();
      return this.#step(asked, call);
    }
  }

  async #step({ params, output, cache = true }: StepParams, call: EngineCall): Promise<StepResult> {
    const start = performance.now();
    const growing = this.#growing;
    const { reader, reason } = await this.#reading(params, cache, call);
    const encoder = await this.#encode(params, reader?.memory ?? null, call.token);
    const asked: Asked = { params, growing, output, encoder, signal: call.token };
    this.#beginnings.about(contextKey(params, growing));
    const before = reader && this.#beginnings.longest(params[growing] ?? []);
    const logits = reader && before ? await this.#readOn(reader, before, asked) : await this.#begin(reader, asked);
    return { logits, cached: before?.ids.length ?? 0, uncached: reason, stepMs: performance.now() - start };
  }

  async #reading({ attentionMask }: RunParams, cache: boolean, call: EngineCall) {
    if (!cache) return { reader: null, reason: 'The cache was not wanted.' };
    if (attentionMask) return { reader: null, reason: 'Tokens of the text are hidden, so every step reads the whole text.' };
    return this.#next.get(call);
  }

  get #last(): { readonly part: OpenPart; readonly loaded: LoadedPart } {
    const index = this.model.parts.length - 1;
    return { part: this.model.parts[index]!, loaded: this.loaded.parts[index]! };
  }

  /** Reads a whole text. */
  async #begin(reader: Reader | null, { params, growing, output, encoder, signal }: Asked): Promise<Float32Array> {
    const { part, loaded } = this.#last;
    const begins = reader?.begins ? reader : null;
    const { feeds, padding } = begins?.feeds({ params, growing, read: 0, given: {}, encoder }) ?? part.feeds(params, encoder);
    const firsts = reader?.caches.map(({ first }) => first) ?? [];
    const outputs = await (begins?.loaded ?? loaded).runFor([output, ...firsts], feeds, {}, signal);
    const logits = lastRow(await outputs.tensor(output), output, padding);
    if (reader) this.#beginnings.keep(params[growing] ?? [], reader.caches, outputs, true);
    else outputs.dispose();
    return logits;
  }

  /** Reads what comes after a known beginning. */
  async #readOn(reader: Reader, before: Known, { params, growing, output, encoder, signal }: Asked): Promise<Float32Array> {
    const given = this.#beginnings.given(before);
    const { feeds } = reader.feeds({ params, growing, read: before.ids.length, given, encoder });
    const presents = reader.caches.flatMap(({ present }) => (present === null ? [] : [present]));
    const outputs = await reader.loaded.runFor([output, ...presents], feeds, given, signal);
    const logits = lastRow(await outputs.tensor(output), output, 0);
    this.#beginnings.keep(params[growing] ?? [], reader.caches, outputs, false);
    return logits;
  }

  /** One output of a run on all that is given; nothing is kept. @throws HeadlightError as a run */
  async output({ params, output }: OutputForParams, signal: CancelSignal | undefined): Promise<Tensor> {
    const { part, loaded } = this.#last;
    const encoder = await this.#encode(params, null, signal);
    const outputs = await loaded.runFor([output], part.feeds(params, encoder).feeds, {}, signal);
    try {
      const { dtype, shape, data } = await outputs.tensor(output);
      return { dtype, shape, data: data.slice() };
    } finally {
      outputs.dispose();
    }
  }

  /**
   * What the encoder of a pair made of its text, once for each text.
   * @param memory the output of the one graph that holds it, where a graph that reads on is given it; null where only a pair's decoder is
   */
  async #encode(params: RunParams, memory: string | null, signal: CancelSignal | undefined): Promise<EncoderResult | null> {
    const index = memory === null ? this.model.parts.findIndex(({ role }) => role === 'encoder') : this.model.parts.length - 1;
    if (index < 0) return null;
    const key = contextKey(params, 'targetIds');
    if (this.#encoded?.key === key) return this.#encoded.result;
    const { targetIds, ...source } = params;
    const start = targetIds ? { targetIds: targetIds.slice(0, 1) } : {};
    const result = await encode(this.model.parts[index]!, this.loaded.parts[index]!, { ...source, ...start }, memory, signal);
    this.#encoded = { key, result };
    return result;
  }

  async release(): Promise<void> {
    this.#beginnings.clear();
    this.#encoded = null;
    await this.#next.release();
  }
}

/** Whether the target's tokens grow, and not the text's. */
export function hasDecoder({ parts, inputs }: Pick<OpenModel, 'parts' | 'inputs'>): boolean {
  return parts.at(-1)!.role === 'decoder' || inputs.some(({ name }) => /^decoder_(input_)?ids$/.test(name));
}

async function encode(
  part: OpenPart,
  loaded: LoadedPart,
  params: RunParams,
  output: string | null,
  signal: CancelSignal | undefined,
): Promise<EncoderResult> {
  const name = output ?? part.found.model.graph!.output[0]!.name;
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

/** The row after the last token that is no padding; a copy. */
function lastRow(tensor: Tensor, output: string, padding: number): Float32Array {
  const rows = tensor.shape.length === 3 ? tensor.shape[1]! : 1;
  const row = rowAt(tensor, output, rows - 1 - padding);
  return row instanceof Float32Array ? row.slice() : Float32Array.from(row);
}
