/**
 * The page's side of the engine: makes the worker, reads files for it, and replaces it when it dies. Every request settles.
 */
import { HeadlightError } from '../../model/errors.ts';
import type { Device, EngineRequests, ModelFiles, OpenResult } from '../../model/protocol/engine.ts';
import { assetsBeside, type EngineAssets, type EngineCode, loadCode } from './assets.ts';
import { Life, type RequestOptions } from './life.ts';
import { readRange } from './ranges.ts';
import type { ReadParams } from './wire.ts';

export { assetsBeside, type EngineAssets, type RequestOptions };

/** A model and where the page reads its files: `uris` by path. */
export interface OpenParams {
  readonly model: ModelFiles;
  readonly uris: Readonly<Record<string, string>>;
  readonly device: Device | 'auto';
}

type Requests = Omit<EngineRequests, 'open'>;

export interface EngineClient {
  /** Opens a model in place of the one before. */
  open(params: OpenParams, options?: RequestOptions): Promise<OpenResult>;
  /** @throws HeadlightError whatever the engine says; `disposed` for runs of a worker that is gone: run again */
  request<M extends keyof Requests & string>(
    method: M,
    params: Requests[M]['params'],
    options?: RequestOptions,
  ): Promise<Requests[M]['result']>;
  /** Ends the worker and gives its memory back; the next request starts a new one and opens the model again. */
  restart(): void;
  dispose(): void;
}

/** Starts nothing yet: the first request does. */
export function startEngine(assets: EngineAssets): EngineClient {
  return new Client(assets);
}

class Client implements EngineClient {
  readonly #assets: EngineAssets;
  #code: Promise<EngineCode> | null = null;
  #life: Promise<Life> | null = null;
  #lives = 0;
  #model: OpenParams | null = null;
  readonly #uris = new Map<string, Readonly<Record<string, string>>>();
  /** The life in which `#model` is open. */
  #home: Life | null = null;
  #disposed = false;

  constructor(assets: EngineAssets) {
    this.#assets = assets;
  }

  async open(params: OpenParams, options: RequestOptions = {}): Promise<OpenResult> {
    const life = await this.#alive();
    this.#model = params;
    this.#home = null;
    this.#uris.set(params.model.id, params.uris);
    try {
      const opened = await life.request('open', { model: params.model, device: params.device }, options);
      if (this.#model === params) this.#home = life;
      return opened;
    } catch (error) {
      if (!life.sacrificed || options.token?.isCancellationRequested) throw error;
      return this.open(params, options);
    }
  }

  async request<M extends keyof Requests & string>(
    method: M,
    params: Requests[M]['params'],
    options: RequestOptions = {},
  ): Promise<Requests[M]['result']> {
    let life = await this.#alive();
    if (this.#model && this.#home !== life && method !== 'close') {
      await this.open(this.#model, options);
      life = await this.#alive();
    }
    try {
      return (await life.request(method, params as never, options)) as Requests[M]['result'];
    } catch (error) {
      // A run begins anew in the next worker; what belongs to an earlier run is gone with the old one.
      if (method !== 'run' || !life.sacrificed || options.token?.isCancellationRequested) throw error;
      return this.request(method, params, options);
    }
  }

  restart(): void {
    this.#end(new HeadlightError('disposed', 'The engine was restarted. Run again.'));
  }

  dispose(): void {
    this.#disposed = true;
    this.#end(new HeadlightError('disposed', 'The panel was closed.'));
    this.#code?.then(
      ({ worker, ort }) => [worker, ort].forEach((url) => void URL.revokeObjectURL(url)),
      () => undefined,
    );
  }

  #end(reason: HeadlightError): void {
    this.#life?.then(
      (life) => life.end(reason),
      () => undefined,
    );
    this.#life = null;
  }

  /** The living worker, a new one where the last has ended. */
  async #alive(): Promise<Life> {
    if (this.#disposed) throw new HeadlightError('disposed', 'The panel was closed.');
    const life = this.#life ?? this.#begin();
    const living = await life;
    await living.quiet();
    if (!living.ended) return living;
    if (this.#life === life) this.#life = null;
    return this.#alive();
  }

  #begin(): Promise<Life> {
    const begun = this.#start();
    this.#life = begun;
    // A start that failed is tried again by the next request.
    begun.catch(() => {
      if (this.#life === begun) this.#life = null;
    });
    return begun;
  }

  async #start(): Promise<Life> {
    this.#code ??= loadCode(this.#assets);
    this.#code.catch(() => {
      this.#code = null;
    });
    return Life.begin(await this.#code, this.#lives++, (params) => this.#read(params));
  }

  async #read({ model, path, offset, length }: ReadParams): Promise<Uint8Array> {
    const uri = this.#uris.get(model)?.[path];
    if (uri === undefined) throw new HeadlightError('not-found', `${path} is not among the files of the model.`);
    return readRange(uri, path, offset, length);
  }
}
