/** What page and worker say to each other, beside the engine's own requests. */
import type { EngineRequests } from '../../model/protocol/engine.ts';
import type { Build } from './runtime.ts';

export interface StartParams {
  /** Blob URL of the runtime's bundle; a blob worker can import what its page made. */
  readonly ort: string;
  readonly wasm: ArrayBuffer;
  readonly build: Build;
  /** Runs are numbered from here, so that a number of an earlier worker never names a run of this one. */
  readonly firstRun: number;
  /** Held by the worker as long as it lives; null where the page has no locks. */
  readonly lock: string | null;
}

/** Page → worker. */
export interface WorkerRequests extends EngineRequests {
  start: { params: StartParams; result: null };
}

export interface ReadParams {
  /** Identity of the model: the one before may still be read while the next is opened. */
  readonly model: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Worker → page: the page reads, for a blob worker cannot fetch what belongs to a webview. */
export interface PageRequests {
  read: { params: ReadParams; result: Uint8Array };
}

/** Worker → page, no answer. */
export interface PageNotifications {
  /** The runtime crashed: replace this worker. */
  broken: { readonly message: string };
}

export type Nothing = Record<never, never>;
