/** The page of the bench of opening: opens one model in one way, tells the milliseconds until its first answer. Nobody drives it. */
import { assetsBeside, startEngine } from '../../webview/engine/client.ts';
import type { Ort } from '../../webview/engine/runtime.ts';
import type { Model } from '../webview/engine/page.ts';

export interface OpenBench {
  readonly way: 'plain' | 'skeleton';
  /** A small model, opened first: starting the runtime is not what is measured. */
  readonly warm: Model;
  readonly base: Model;
  readonly ids: readonly number[];
}

/** Headlight's way: ranges, all attention found and instrumented. */
async function skeleton({ warm, base, ids }: OpenBench): Promise<number> {
  const client = startEngine(assetsBeside(import.meta.url));
  const open = async (model: Model, text: readonly number[]) => {
    await client.open({ ...model, device: 'wasm' });
    await client.request('run', { ids: [...text] });
  };
  await open(warm, ids.slice(0, 3));
  const started = performance.now();
  await open(base, ids);
  return performance.now() - started;
}

/** As the runtime's documentation has it: the whole file fetched, then handed over. */
async function plain({ warm, base, ids }: OpenBench): Promise<number> {
  const address = new URL('./ort/ort.jspi.bundle.min.mjs', import.meta.url).href;
  const ort = (await import(/* @vite-ignore */ address)) as Ort;
  ort.env.wasm.wasmBinary = await (await fetch('./ort/ort-wasm-simd-threaded.jspi.wasm')).arrayBuffer();
  ort.env.wasm.numThreads = 1;
  const create = async ({ model, uris }: Model) => {
    const bytes = await (await fetch(uris[model.entry]!)).arrayBuffer();
    return ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  };
  await (await create(warm)).release();
  const started = performance.now();
  const session = await create(base);
  const text = BigInt64Array.from(ids, BigInt);
  const values: Readonly<Record<string, BigInt64Array>> = { input_ids: text, attention_mask: text.map(() => 1n) };
  const feeds = session.inputNames.map((name) => [name, new ort.Tensor('int64', values[name] ?? text.map(() => 0n), [1, text.length])]);
  await session.run(Object.fromEntries(feeds));
  return performance.now() - started;
}

const bench = JSON.parse(new URLSearchParams(location.search).get('bench')!) as OpenBench;
const tell = (words: string) => fetch('/told', { method: 'POST', body: words });
await (bench.way === 'plain' ? plain : skeleton)(bench).then(
  (ms) => tell(String(ms)),
  (error: unknown) => tell(String(error)),
);
