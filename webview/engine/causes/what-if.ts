/** A model that answers as if its heads or its input were others. Loaded when the first question comes, beside the sessions of its runs. */
import { isValued, turnable } from '../../../model/attention/index.ts';
import { HeadlightError } from '../../../model/errors.ts';
import type { EncoderResult } from '../../../model/onnx/feeds.ts';
import type { AnswerPlace, CauseFacts, Device, HeadChange, Refusal, RunParams } from '../../../model/protocol/engine.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { DeviceChoice } from '../device.ts';
import type { EngineCall } from '../engine.ts';
import { TWICE_LIMIT } from '../limits.ts';
import { progressOf } from '../loading.ts';
import type { OpenModel } from '../opening.ts';
import type { RunOutputs } from '../outputs.ts';
import { encoderResult } from '../running.ts';
import type { Runtime } from '../runtime.ts';
import { analyse, analyseLens, type LensAnalysis, type PartAnalysis } from './analysis.ts';
import { LensSession } from './lens-session.ts';
import { SteeredPart } from './steered.ts';

export class WhatIf {
  readonly #parts: readonly PartAnalysis[];
  readonly #lenses = new Map<string, LensAnalysis>();
  #device: Device;
  #loaded: Promise<readonly SteeredPart[]> | null = null;
  #encoder: { readonly of: string; readonly params: RunParams; readonly result: EncoderResult } | null = null;
  #lens: { readonly output: string; readonly session: LensSession } | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly model: OpenModel,
    { device }: DeviceChoice,
  ) {
    this.#parts = analyse(model);
    this.#device = device;
  }

  /** Asks on the device of the run, and where that fails once more on the CPU, where everything is asked from then on. */
  async onDevice<R>(question: () => Promise<R>): Promise<R> {
    try {
      return await question();
    } catch (error) {
      const failed = error instanceof HeadlightError && (error.code === 'runtime' || error.code === 'memory');
      if (!failed || this.#device === 'wasm' || this.runtime.broken) throw error;
      await this.release();
      this.#device = 'wasm';
      return question();
    }
  }

  facts(): CauseFacts {
    const { sites, parts } = this.model;
    const refused: Refusal[] = [];
    const keys = sites.flatMap(({ facts, site }) => {
      const reason = turnable(site);
      if (reason === null) return [facts.key];
      refused.push({ where: facts.where, reason });
      return [];
    });
    const answers = this.#parts.flatMap((part) => part.answers);
    const first = answers[0];
    const lens = first ? this.lensOf(first.output) : null;
    return {
      answers: answers.map(({ output, positions, places }) => ({ output, positions, places })),
      turnable: keys,
      refused,
      canHide: parts.some(({ inputs }) => inputs.some(({ name }) => /^(encoder_)?attention_mask$/.test(name))),
      lens:
        lens === null
          ? 'The model ends with its hidden states: it has no output weights that could read its layers.'
          : lens.stack
            ? null
            : lens.reason,
      valued: sites.filter(({ site }) => isValued(site)).map(({ facts }) => facts.key),
    };
  }

  /** Width of the vocabulary, or 0 where it is not known. */
  get vocabulary(): number {
    return this.model.facts.vocabulary ?? 0;
  }

  /** How many heads the sites of some keys have. */
  sizes(keys: readonly string[]): { readonly key: string; readonly heads: number }[] {
    return this.model.sites.filter(({ facts }) => keys.includes(facts.key)).map(({ facts: { key, heads } }) => ({ key, heads }));
  }

  /** @throws HeadlightError `unsupported` for an output that is no answer */
  #partOf(output: string): number {
    const index = this.#parts.findIndex(({ answers }) => answers.some((answer) => answer.output === output));
    if (index < 0) throw new HeadlightError('unsupported', `The output ${output} is no distribution, so no answer can change.`);
    return index;
  }

  lensOf(output: string): LensAnalysis {
    let lens = this.#lenses.get(output);
    if (!lens) {
      const { part, answers } = this.#parts[this.#partOf(output)]!;
      lens = analyseLens(part, answers.find((answer) => answer.output === output)!);
      this.#lenses.set(output, lens);
    }
    return lens;
  }

  /** The logits [V] of one answer of the changed model; the first of a batch counts. */
  async answer(
    params: RunParams,
    { output, position }: AnswerPlace,
    heads: readonly HeadChange[],
    call: EngineCall,
  ): Promise<Float32Array> {
    const index = this.#partOf(output);
    const part = (await this.#load(call))[index]!;
    const name = part.steered.answers.get(output)!;
    const outputs = await this.#run(index, params, heads, position ?? 0, [name], call);
    try {
      const { shape, data } = await outputs.tensor(name);
      return (data as Float32Array).slice(0, shape.at(-1));
    } finally {
      outputs.dispose();
    }
  }

  /** The states before, between and after the layers, with the session that reads them, and what the head's own inputs were fed with. */
  async states(params: RunParams, output: string, call: EngineCall) {
    const lens = this.lensOf(output);
    if (!lens.stack) throw new HeadlightError('unsupported', lens.reason);
    const index = this.#partOf(output);
    const part = (await this.#load(call))[index]!;
    const names = part.steered.states.slice(0, lens.stack.states.length);
    const outputs = await this.#run(index, params, [], 0, names, call);
    return {
      states: names.map((name) => outputs.value(name)),
      outputs,
      session: await this.#lensSession(output, call),
      feeds: await this.#feeds(index, params, [], call),
    };
  }

  /** ‖v·W_O‖ of every key of a site, [B, H, S]. @throws HeadlightError `unsupported` where values or output weights are not known */
  async valueNorms(params: RunParams, key: string, call: EngineCall): Promise<Tensor> {
    const found = this.model.sites.find(({ facts }) => facts.key === key);
    const part = found && (await this.#load(call))[found.part];
    const name = found && part?.steered.norms.get(found.site.key);
    if (!name) throw new HeadlightError('unsupported', `${found?.facts.where ?? key}: its values and output weights are not known.`);
    const outputs = await this.#run(found.part, params, [], 0, [name], call);
    try {
      return await outputs.tensor(name);
    } finally {
      outputs.dispose();
    }
  }

  async #lensSession(output: string, call: EngineCall): Promise<LensSession> {
    if (this.#lens?.output === output) return this.#lens.session;
    await this.#lens?.session.release();
    this.#lens = null;
    const lens = this.lensOf(output);
    if (!lens.stack) throw new HeadlightError('unsupported', lens.reason);
    const { part } = this.#parts[this.#partOf(output)]!;
    const session = await LensSession.create(this.runtime, part, lens.lens, this.#device, call);
    this.#lens = { output, session };
    return session;
  }

  async #run(
    index: number,
    params: RunParams,
    heads: readonly HeadChange[],
    position: number,
    fetches: readonly string[],
    call: EngineCall,
  ): Promise<RunOutputs> {
    const parts = await this.#load(call);
    const feeds = await this.#feeds(index, params, heads, call);
    return parts[index]!.run(feeds, this.#own(index, heads), position, fetches, call.token);
  }

  /** What a graph is fed: a decoder with what its encoder made, which is kept as long as nothing about the encoder changes. */
  async #feeds(index: number, params: RunParams, heads: readonly HeadChange[], call: EngineCall) {
    const { part } = this.#parts[index]!;
    return part.feeds(params, part.role === 'decoder' ? await this.#encoded(params, heads, call) : null).feeds;
  }

  async #encoded(params: RunParams, heads: readonly HeadChange[], call: EngineCall): Promise<EncoderResult | null> {
    const index = this.#parts.findIndex(({ part }) => part.role === 'encoder');
    if (index < 0) return null;
    const own = this.#own(index, heads);
    const of = JSON.stringify([own, params.ids, params.attentionMask]);
    if (
      this.#encoder?.of === of &&
      this.#encoder.params.features === params.features &&
      this.#encoder.params.pixelValues === params.pixelValues
    )
      return this.#encoder.result;
    const name = this.#parts[index]!.part.found.model.graph!.output[0]!.name;
    const outputs = await this.#run(index, params, own, 0, [name], call);
    const result = encoderResult(await outputs.tensor(name), params);
    this.#encoder = { of, params, result };
    return result;
  }

  /** The changes that concern a graph, by the keys that its sites have there. */
  #own(index: number, heads: readonly HeadChange[]): HeadChange[] {
    return heads.flatMap((change) => {
      const found = this.model.sites.find(({ facts }) => facts.key === change.key);
      return found?.part === index ? [{ ...change, key: found.site.key }] : [];
    });
  }

  #load(call: EngineCall): Promise<readonly SteeredPart[]> {
    if (!this.#loaded) {
      const loading = this.#loadAll(call);
      this.#loaded = loading;
      loading.catch(() => {
        if (this.#loaded === loading) this.#loaded = null;
      });
    }
    return this.#loaded;
  }

  async #loadAll(call: EngineCall): Promise<readonly SteeredPart[]> {
    const { weightsSize } = this.model;
    if (this.#device === 'wasm' && weightsSize > TWICE_LIMIT) {
      const words = `The model’s ${Math.round(weightsSize / 2 ** 20)} MB would have to be in memory twice, more than WebAssembly has`;
      throw new HeadlightError('limit', `${words}. Use a smaller or a quantised model.`);
    }
    const onRead = progressOf(weightsSize, call);
    const loaded: SteeredPart[] = [];
    try {
      for (const { part, answers } of this.#parts) {
        const keep = part.role === 'encoder' ? [part.found.model.graph!.output[0]!.name] : [];
        const lens = answers[0] ? this.lensOf(answers[0].output) : null;
        const wanted = { answers, states: lens?.stack?.states ?? [], keep, norms: true };
        loaded.push(await SteeredPart.load(this.runtime, part, wanted, { device: this.#device, onRead, signal: call.token }));
      }
    } catch (error) {
      if (!this.runtime.broken) for (const part of loaded) await part.release();
      throw error;
    }
    return loaded;
  }

  async release(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => null);
    this.#loaded = null;
    this.#encoder = null;
    for (const part of loaded ?? []) await part.release();
    await this.#lens?.session.release();
    this.#lens = null;
  }
}
