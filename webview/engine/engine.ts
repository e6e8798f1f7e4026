/**
 * The engine: opens a model, runs it, answers what is asked about the run. The same code serves the panel's worker and, in Node,
 * `npm run inspect`. No DOM, nothing of workers.
 */
import type { Keep } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
import type { Positions } from '../../model/positions/types.ts';
import type { Shares } from '../../model/predictions/shares.ts';
import type {
  Comparison,
  Device,
  EngineRequests,
  HeadParams,
  HeadScores,
  HeadVectors,
  HeadWeights,
  ModelFiles,
  OpenResult,
  OutputForParams,
  PredictParams,
  RunParams,
  RunResult,
  SiteParams,
  StepParams,
  StepResult,
  SurpriseParams,
  Thumbnails,
} from '../../model/protocol/engine.ts';
import type { Arithmetic, ArithmeticParams, StageParams, StageResult, Walk } from '../../model/protocol/walk.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { Tensor } from '../../model/tensor.ts';
import { Causes } from './causes/causes.ts';
import { WhatIf } from './causes/what-if.ts';
import { checked } from './check.ts';
import { compareRun } from './compare.ts';
import { type DeviceChoice, withHalf } from './device.ts';
import { type Loaded, loadModel } from './loading.ts';
import { assertRunnable, type OpenModel, type OpenOptions, openModel, problemOf, weightBytes } from './opening.ts';
import { positionsOf } from './positions.ts';
import { predictRow, surpriseOf } from './predict.ts';
import { type CancelSignal, Queue } from './queue.ts';
import type { Run } from './run.ts';
import { runModel, tellAxesApart } from './running.ts';
import type { Runtime } from './runtime.ts';
import { Stepper } from './stepping.ts';
import { Walker } from './walker.ts';

export interface EngineOptions {
  readonly firstRun?: number;
  /** Left out: short inputs keep the weights beside q and k, longer ones q and k with thumbnails. */
  readonly keeping?: Keep;
}

export interface OpenRequest extends OpenOptions {
  readonly device: Device | 'auto';
}

/** What the caller of a long request may say and hear. */
export interface EngineCall {
  readonly token?: CancelSignal;
  progress?(fraction: number | null, words: string): void;
}

/** Runs that can still be asked about; older ones give their memory back. */
const RUNS_KEPT = 2;
/** Weights of a run, in bytes, up to which all of them are kept. */
const ALL_WEIGHTS_LIMIT = 16 * 2 ** 20;

interface Opened {
  readonly model: OpenModel;
  choice: DeviceChoice;
  loaded: Loaded | null;
  whatIf: WhatIf | null;
  /** Of the loaded model; null before its first step. */
  stepper: Stepper | null;
}

interface Kept {
  readonly run: Run;
  /** What it ran on, to run the same in the reference. */
  readonly params: RunParams;
  readonly walker: Walker;
}

export class Engine {
  readonly #runtime: Runtime;
  readonly #options: EngineOptions;
  /** Requests one after another: nothing is closed under a run. */
  readonly #turns = new Queue();
  readonly #runs = new Map<number, Kept>();
  #nextRun: number;
  #opened: Opened | null = null;

  constructor(runtime: Runtime, options: EngineOptions = {}) {
    this.#runtime = runtime;
    this.#options = options;
    this.#nextRun = options.firstRun ?? 1;
  }

  /**
   * Reads the model's graph and finds its attention; weights stay where they are. The model before is closed.
   * @throws HeadlightError what is wrong with the file, in a sentence
   */
  open(folder: ModelFolder, files: ModelFiles, options: OpenRequest, call: EngineCall = {}): Promise<OpenResult> {
    return this.#turns.add(async () => {
      await this.#close();
      const start = performance.now();
      call.progress?.(null, 'reading the graph');
      const chosen = await this.#runtime.chooseDevice(options.device);
      const model = await openModel(folder, files, chosen, { ...options, token: call.token });
      const choice = model.half ? withHalf(chosen) : chosen;
      this.#opened = { model, choice, loaded: null, whatIf: null, stepper: null };
      const { facts, sites, refused, warnings, config, inputs, outputNames: outputs } = model;
      const timingsMs = { open: performance.now() - start };
      const problem = problemOf(model.parts);
      const { device } = choice;
      return {
        model: facts,
        sites: sites.map((site) => site.facts),
        refused,
        warnings,
        config,
        outputs,
        inputs,
        problem,
        device,
        timingsMs,
      };
    }, call.token);
  }

  /**
   * Runs the open model; loads it first where that has not been done.
   * @throws HeadlightError `input` for inputs that only the user can give, `too-long`, `memory`, `runtime`, `cancelled`
   */
  run(params: RunParams, call: EngineCall = {}): Promise<RunResult> {
    return this.#turns.add(async () => {
      const opened = this.#open();
      assertRunnable(opened.model, params);
      try {
        return await this.#loadAndRun(opened, params, call);
      } catch (error) {
        if (!this.#fallBack(opened, error)) throw error;
        await this.#unload(opened);
        return this.#loadAndRun(opened, params, call);
      }
    }, call.token);
  }

  /** True when the same may work on the CPU, which then is the device. */
  #fallBack(opened: Opened, error: unknown): boolean {
    const { device } = opened.choice;
    if (device === 'wasm' || this.#runtime.broken) return false;
    if (!(error instanceof HeadlightError) || (error.code !== 'runtime' && error.code !== 'memory')) return false;
    opened.choice = { device: 'wasm', half: false, fallback: `WebGPU failed: ${error.message}` };
    return true;
  }

  async #loadAndRun(opened: Opened, params: RunParams, call: EngineCall): Promise<RunResult> {
    const { model, choice } = opened;
    const keeping = this.#keepingFor(opened, params);
    const createStart = performance.now();
    const other = opened.loaded && opened.loaded.keeping !== keeping;
    if (tellAxesApart(model, params) || other) await this.#unload(opened);
    const isNew = opened.loaded === null;
    opened.loaded ??= await loadModel(this.#runtime, model, choice.device, keeping, call);
    const createMs = isNew ? performance.now() - createStart : 0;
    call.progress?.(null, 'running');
    const start = performance.now();
    const { run, outputs: kept, feeds, warnings } = await runModel(model, opened.loaded, params, call.token);
    const runMs = performance.now() - start;
    const { sites, refused } = checked(await run.summary(), model.sites);
    if (refused.length > 0 && choice.device !== 'wasm') {
      run.dispose();
      throw new HeadlightError('runtime', `${refused[0]!.where}: ${refused[0]!.reason}`);
    }
    const walker = new Walker(this.#runtime, model, feeds, choice.device, kept);
    const number = this.#keep({ run, params, walker });
    const outputs = run.outputNames.map((name) => run.outputType(name));
    const { device, fallback } = choice;
    return { run: number, sites, refused, outputs, device, fallback, runMs, createMs, warnings };
  }

  /** Once a text was too long for keeping everything, the lighter graph stays: loading again costs more than it saves. */
  #keepingFor({ model, loaded }: Opened, params: RunParams): Keep {
    if (this.#options.keeping) return this.#options.keeping;
    if (loaded?.keeping === 'vectors') return 'vectors';
    return weightBytes(model, params) <= ALL_WEIGHTS_LIMIT ? 'both' : 'vectors';
  }

  #keep(kept: Kept): number {
    const number = this.#nextRun++;
    this.#runs.set(number, kept);
    for (const [oldest, old] of this.#runs) {
      if (this.#runs.size <= RUNS_KEPT) break;
      old.run.dispose();
      this.#runs.delete(oldest);
    }
    return number;
  }

  thumbnails({ run, key, batch }: SiteParams): Promise<Thumbnails> {
    return this.#ask(run, (found) => found.thumbnails(key, batch));
  }

  /** The weights are the engine's own copy: copy them before giving them away. */
  head({ run, key, head, batch }: HeadParams): Promise<HeadWeights> {
    return this.#ask(run, (found) => found.head(key, head, batch));
  }

  scores({ run, key, head, batch }: HeadParams): Promise<HeadScores> {
    return this.#ask(run, (found) => found.scores(key, head, batch));
  }

  vectors({ run, key, head, batch }: HeadParams): Promise<HeadVectors> {
    return this.#ask(run, (found) => found.vectors(key, head, batch));
  }

  /**
   * The logits after the last token. Nothing is kept that could be asked about, but for the graph's own cache.
   * @throws HeadlightError as `run`
   */
  step(params: StepParams, call: EngineCall = {}): Promise<StepResult> {
    return this.#stepped(params.params, call, (stepper) => stepper.step(params, call));
  }

  /** One output of a run of which nothing else is kept. @throws HeadlightError as `run` */
  outputFor(params: OutputForParams, call: EngineCall = {}): Promise<Tensor> {
    return this.#stepped(params.params, call, (stepper) => stepper.output(params, call.token));
  }

  /** A row of such an output. @throws HeadlightError as `run` and `predict` */
  async predictFor(params: EngineRequests['predictFor']['params'], call: EngineCall = {}): Promise<Shares> {
    return predictRow(await this.outputFor(params, call), params);
  }

  #stepped<R>(params: RunParams, call: EngineCall, work: (stepper: Stepper) => Promise<R>): Promise<R> {
    return this.#turns.add(async () => {
      const opened = this.#open();
      assertRunnable(opened.model, params);
      opened.loaded ??= await loadModel(this.#runtime, opened.model, opened.choice.device, this.#keepingFor(opened, params), call);
      opened.stepper ??= new Stepper(this.#runtime, opened.model, opened.loaded);
      return work(opened.stepper);
    }, call.token);
  }

  /** −log₂ p of the token that came, row by row. */
  surprise({ run, output, ids }: SurpriseParams): Promise<Float32Array> {
    return this.#ask(run, async (found) => surpriseOf(await found.output(output), output, ids));
  }

  /** @throws HeadlightError `internal` for an output that is no row of scores */
  predict(params: PredictParams): Promise<Shares> {
    return this.#ask(params.run, async (found) => predictRow(await found.output(params.output), params));
  }

  positions({ run: number, key, head }: HeadParams): Promise<Positions> {
    return this.#turns.add(async () => {
      const { run, params } = this.#kept(number);
      return positionsOf({ model: this.#open().model, run, params, runtime: this.#runtime }, key, head);
    });
  }

  output({ run, name }: { readonly run: number; readonly name: string }): Promise<Tensor> {
    return this.#ask(run, (found) => found.output(name));
  }

  /** The pieces of a run's walk; nothing is computed for it. */
  walk({ run }: { readonly run: number }): Promise<Walk> {
    return this.#turns.add(async () => this.#kept(run).walker.walk());
  }

  /** The steps of one piece of the walk. @throws HeadlightError `memory`, `runtime`, `cancelled` */
  stage(params: StageParams, call: EngineCall = {}): Promise<StageResult> {
    return this.#turns.add(() => this.#kept(params.run).walker.stage(params, call), call.token);
  }

  /** Bytes that a run's walk holds. */
  walkBytes({ run }: { readonly run: number }): number {
    return this.#kept(run).walker.heldBytes;
  }

  /** How one number of the walk came about. @throws HeadlightError `unsupported` where that is not shown */
  arithmetic(params: ArithmeticParams, call: EngineCall = {}): Promise<Arithmetic> {
    return this.#turns.add(() => this.#kept(params.run).walker.arithmetic(params, call), call.token);
  }

  /** @throws HeadlightError `unsupported` where the reference lacks an operator, `cancelled` */
  compare({ run: number }: { readonly run: number }, call: EngineCall = {}): Promise<Comparison> {
    return this.#turns.add(async () => {
      return compareRun(this.#open().model, this.#kept(number), call);
    }, call.token);
  }

  /** What a run would have answered with other heads or another input, and what its layers know. */
  readonly causes = new Causes((number, question, call) =>
    this.#turns.add(async () => {
      const { params } = this.#kept(number);
      const opened = this.#open();
      opened.whatIf ??= new WhatIf(this.#runtime, opened.model, opened.choice);
      const { whatIf } = opened;
      return whatIf.onDevice(() => question(whatIf, params));
    }, call.token),
  );

  #ask<R>(number: number, question: (run: Run) => Promise<R>): Promise<R> {
    return this.#turns.add(async () => question(this.#kept(number).run));
  }

  #kept(number: number): Kept {
    const kept = this.#runs.get(number);
    if (!kept) throw new HeadlightError('disposed', 'That run is no longer kept. Run again.');
    return kept;
  }

  close(): Promise<void> {
    return this.#turns.add(() => this.#close());
  }

  #open(): Opened {
    if (!this.#opened) throw new HeadlightError('internal', 'No model is open.');
    return this.#opened;
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened) await this.#unload(opened);
  }

  async #unload(opened: Opened): Promise<void> {
    for (const { run } of this.#runs.values()) run.dispose();
    this.#runs.clear();
    const { loaded, whatIf } = opened;
    opened.loaded = null;
    opened.whatIf = null;
    const { stepper } = opened;
    opened.stepper = null;
    await stepper?.release();
    if (this.#runtime.broken) return;
    for (const part of loaded?.parts ?? []) await part.release();
    await whatIf?.release();
  }
}
