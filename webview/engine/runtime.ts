/**
 * onnxruntime-web, loaded once: devices, sessions, runs. Everything that touches it goes through one queue.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import { HeadlightError } from '../../model/errors.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import { emit } from '../../model/ops/emit.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { Range } from './ahead.ts';
import { chooseDevice, type DeviceChoice } from './device.ts';
import { isPoisoned, runtimeFailure } from './failures.ts';
import { assertWanted, type CancelSignal, Queue } from './queue.ts';
import { type OnRead, weightFiles } from './weights.ts';

export type Ort = typeof import('onnxruntime-web');

/** `jspi` and `asyncify` hold the WebGPU and the CPU provider, `wasm` the CPU provider alone. Only `jspi` streams weights. */
export type Build = 'jspi' | 'asyncify' | 'wasm';

export interface RuntimeParts {
  readonly ort: Ort;
  readonly wasm: ArrayBuffer | Uint8Array;
  readonly build: Build;
  /** `navigator.gpu`, or null. */
  readonly gpu: GPU | null;
}

/** A graph as the runtime loads it: the skeleton's bytes, and what it takes of the files that hold its weights. */
export interface Program {
  /** What error messages call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly folder: ModelFolder;
  readonly weights: ReadonlyMap<string, readonly Range[]>;
  /** Nodes that a GPU must leave to the CPU, by name. */
  readonly cpuNodes?: readonly string[];
}

export interface CreateOptions {
  readonly device: Device;
  /** Outputs that stay on the GPU; all others are copied out. */
  readonly keepOnGpu?: readonly string[];
  readonly onRead?: OnRead;
  readonly signal?: CancelSignal | undefined;
}

export type OrtValues = Record<string, OrtTensor>;

/** A loaded graph. */
export interface Session {
  readonly device: Device;
  run(feeds: OrtValues, fetches: readonly string[], signal?: CancelSignal): Promise<OrtValues>;
  release(): Promise<void>;
}

/** Of a graph without weights. */
const NO_FILES: ModelFolder = {
  files: [],
  open: (path) => {
    throw new HeadlightError('not-found', `${path} is in no folder.`);
  },
};

export class Runtime {
  readonly ort: Ort;
  readonly queue = new Queue();
  readonly build: Build;
  readonly #gpu: GPU | null;
  #broken: HeadlightError | null = null;

  constructor({ ort, wasm, build, gpu }: RuntimeParts) {
    this.ort = ort;
    this.build = build;
    this.#gpu = build === 'wasm' ? null : gpu;
    ort.env.wasm.wasmBinary = wasm as ArrayBuffer;
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
  }

  /** The crash after which this instance must be replaced, or null. */
  get broken(): HeadlightError | null {
    return this.#broken;
  }

  chooseDevice(wanted: Device | 'auto'): Promise<DeviceChoice> {
    return chooseDevice(this.#gpu, wanted);
  }

  /** Compiles the runtime before it is needed, which takes a second or two: meanwhile a model is opened. What fails here fails again where it counts. */
  async warm(): Promise<void> {
    const identity = emit({ name: 'identity' });
    identity.output('y', identity.apply('Identity', [identity.input('x', 'float32', [1])])[0]!, 'float32', [1]);
    const program = { name: 'identity', bytes: writeModel(identity.model()), folder: NO_FILES, weights: new Map() };
    try {
      await (await this.create(program, { device: 'wasm' })).release();
    } catch (error) {
      console.warn('The runtime does not start', error);
    }
  }

  /** @throws HeadlightError `memory`, `runtime`, `cancelled`, and what reading the weights throws */
  create(program: Program, options: CreateOptions): Promise<Session> {
    return this.#guard(`${program.name} could not be loaded`, options.signal, async () => {
      const { session, failure } = await this.#load(program, options);
      if (session === null) throw failure;
      return this.#wrap(program.name, session, options.device);
    });
  }

  async #load(program: Program, { device, keepOnGpu = [], onRead = () => undefined, signal }: CreateOptions) {
    const weights = await weightFiles(program.folder, program.weights, this.build === 'jspi', onRead, signal);
    const options: InferenceSession.SessionOptions = {
      executionProviders: [providerOf(device, program)],
      externalData: weights.files,
      logSeverityLevel: 3,
      ...(device === 'webgpu' && keepOnGpu.length > 0
        ? { preferredOutputLocation: Object.fromEntries(keepOnGpu.map((name) => [name, 'gpu-buffer' as const])) }
        : {}),
    };
    try {
      return { session: await this.ort.InferenceSession.create(program.bytes, options), failure: null };
    } catch (error) {
      return { session: null, failure: weights.failure() ?? error };
    } finally {
      weights.release();
    }
  }

  #wrap(name: string, session: InferenceSession, device: Device): Session {
    return {
      device,
      run: (feeds, fetches, signal) =>
        this.#guard(`${name} could not be run`, signal, async () => (await session.run(feeds, fetches)) as OrtValues),
      release: () => this.queue.add(() => session.release()),
    };
  }

  #guard<R>(doing: string, signal: CancelSignal | undefined, work: () => Promise<R>): Promise<R> {
    return this.queue.add(async () => {
      if (this.#broken) throw this.#broken;
      try {
        return await work();
      } catch (error) {
        assertWanted(signal);
        const failure = runtimeFailure(error, doing);
        if (isPoisoned(failure)) this.#broken = failure;
        throw failure;
      }
    }, signal);
  }
}

/** An empty list of names makes onnxruntime-web 1.30 throw. */
function providerOf(device: Device, { cpuNodes = [] }: Program): InferenceSession.ExecutionProviderConfig {
  return device === 'webgpu' && cpuNodes.length > 0 ? { name: device, forceCpuNodeNames: cpuNodes } : device;
}
