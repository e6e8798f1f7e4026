/** The engine's code: fetched by the page, because a blob worker cannot fetch what belongs to a webview. */
import { HeadlightError } from '../../model/errors.ts';
import type { Build } from './runtime.ts';

export interface RuntimeAssets {
  readonly bundle: URL;
  readonly wasm: URL;
}

/** Where the built files lie. */
export interface EngineAssets {
  readonly worker: URL;
  readonly jspi: RuntimeAssets;
  readonly asyncify: RuntimeAssets;
}

/** The assets beside a script of the page, as esbuild.mjs puts them there. */
export function assetsBeside(script: string): EngineAssets {
  const url = (path: string) => new URL(path, script);
  return {
    worker: url('./worker.js'),
    jspi: { bundle: url('./ort/ort.jspi.bundle.min.mjs'), wasm: url('./ort/ort-wasm-simd-threaded.jspi.wasm') },
    asyncify: { bundle: url('./ort/ort.webgpu.bundle.min.mjs'), wasm: url('./ort/ort-wasm-simd-threaded.asyncify.wasm') },
  };
}

export interface EngineCode {
  readonly build: Build;
  /** Blob URLs. */
  readonly worker: string;
  readonly ort: string;
  readonly wasm: Blob;
}

/** True where WebAssembly can wait for promises (JSPI): then weights are streamed. */
export function hasJspi(): boolean {
  return 'Suspending' in WebAssembly;
}

/** @throws HeadlightError `read` when a part of the extension cannot be fetched */
export async function loadCode(assets: EngineAssets, jspi = hasJspi()): Promise<EngineCode> {
  const runtime = jspi ? assets.jspi : assets.asyncify;
  const [worker, ort, wasm] = await Promise.all([fetchPart(assets.worker), fetchPart(runtime.bundle), fetchPart(runtime.wasm)]);
  return { build: jspi ? 'jspi' : 'asyncify', worker: scriptUrl(worker), ort: scriptUrl(ort), wasm };
}

function scriptUrl(code: Blob): string {
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

async function fetchPart(url: URL): Promise<Blob> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.blob();
  } catch (error) {
    const name = url.pathname.split('/').at(-1);
    const words = error instanceof Error ? error.message : String(error);
    throw new HeadlightError('read', `The engine's ${name} could not be loaded (${words}). Reload the window, or reinstall Headlight.`);
  }
}
