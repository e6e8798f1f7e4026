/** The page of the engine's browser tests: the client, within reach of the test. */
import { CancellationTokenSource } from 'vscode-jsonrpc/browser';
import type { HeadlightError } from '../../../model/errors.ts';
import type { Device, HeadWeights, ModelFiles, OpenResult, RunParams, RunResult, WireError } from '../../../model/protocol/engine.ts';
import { assetsBeside, type EngineClient, startEngine } from '../../../webview/engine/client.ts';

export interface Model {
  readonly model: ModelFiles;
  readonly uris: Readonly<Record<string, string>>;
}

/** What the test calls. Weights go over as plain lists: the test's channel to the page knows no typed arrays. */
export interface Harness {
  open(model: Model, device: Device | 'auto'): Promise<OpenResult>;
  run(params: RunParams): Promise<RunResult>;
  head(run: number, key: string, head: number): Promise<number[]>;
  /** Cancels after the first word of progress that contains `at`; what the request failed with, and the time from cancel to answer. */
  cancelAt(at: string, params: RunParams): Promise<{ error: WireError; ms: number; words: string[] }>;
  failure(work: 'run', params: RunParams): Promise<WireError>;
  restart(): void;
  fresh(): void;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

let client: EngineClient = startEngine(assetsBeside(import.meta.url));

function wire(error: unknown): WireError {
  const { code, message } = error as HeadlightError;
  return { code, message };
}

window.harness = {
  open: ({ model, uris }, device) => client.open({ model, uris, device }),
  run: (params) => client.request('run', params),
  head: async (run, key, head) => {
    const { weights }: HeadWeights = await client.request('head', { run, key, head });
    return Array.from(weights);
  },
  async cancelAt(at, params) {
    const source = new CancellationTokenSource();
    const words: string[] = [];
    let cancelled = 0;
    const onProgress = (progress: { words: string }) => {
      words.push(progress.words);
      if (cancelled > 0 || !progress.words.includes(at)) return;
      cancelled = performance.now();
      source.cancel();
    };
    const error = await client
      .request('run', params, { token: source.token, onProgress })
      .then(() => ({ code: 'internal', message: 'not cancelled' }) as const, wire);
    return { error, ms: performance.now() - cancelled, words };
  },
  failure: (_, params) => client.request('run', params).then(() => ({ code: 'internal', message: 'no failure' }) as const, wire),
  restart: () => client.restart(),
  fresh() {
    client.dispose();
    client = startEngine(assetsBeside(import.meta.url));
  },
};
document.title = 'ready';
