/** Generation with the cache, measured: the engine's steps beside a session that does nothing else. */
import { writeModel } from '../../model/onnx/wire.ts';
import { tensor } from '../../model/tensor.ts';
import { Engine } from '../../webview/engine/engine.ts';
import { externalOf } from '../../webview/engine/external.ts';
import { openModel } from '../../webview/engine/opening.ts';
import type { NextGraph } from '../../webview/engine/reading-on.ts';
import type { OrtValues, Runtime } from '../../webview/engine/runtime.ts';
import { toOrt } from '../../webview/engine/tensors.ts';
import { openFolder } from '../inspect/folder.ts';
import { startRuntime } from '../inspect/runtime.ts';
import { type Measures, median } from './bench.ts';
import { idsOf, type Params, timed } from './measuring.ts';

const CPU = { device: 'wasm', fallback: null, half: false } as const;

type Next = (ids: readonly number[]) => Promise<Float32Array>;

/** Greedy. */
async function continueText(start: readonly number[], steps: number, width: number, next: Next): Promise<number[]> {
  const ids = [...start];
  for (let step = 0; step < steps; step++) {
    const logits = await next(ids);
    const last = logits.subarray(logits.length - width);
    ids.push(last.indexOf(Math.max(...last)));
  }
  return ids;
}

async function openEngine(runtime: Runtime, path: string): Promise<Engine> {
  const engine = new Engine(runtime);
  const folder = openFolder(path);
  await engine.open(folder, folder.model, { device: 'wasm' });
  return engine;
}

const watched =
  (engine: Engine): Next =>
  async (ids) =>
    (await engine.step({ params: { ids }, output: 'logits' })).logits;

/** The graph that reads on, in a session of its own, fed by hand: what somebody would write who wants the tokens and nothing else. */
async function bareNext(runtime: Runtime, { part, caches }: NextGraph): Promise<() => Next> {
  const model = part.found.model;
  const program = { name: part.name, folder: part.folder, bytes: writeModel(model), weights: externalOf(model).weights };
  const session = await runtime.create(program, { device: 'wasm' });
  const counted = (length: number, value: (i: number) => number) =>
    toOrt(
      runtime.ort,
      tensor(
        'int64',
        [1, length],
        BigInt64Array.from({ length }, (_, i) => BigInt(value(i))),
      ),
    );
  const empty = Object.fromEntries(
    caches.map(({ past }) => {
      const dims = model.graph!.input.find(({ name }) => name === past)!.type!.tensorType!.shape!.dim!;
      const [, heads, , width] = dims.map(({ dimValue }) => Number(dimValue ?? 0));
      return [past, toOrt(runtime.ort, tensor('float32', [1, heads!, 0, width!], new Float32Array(0)))];
    }),
  );
  const fetches = ['logits', ...caches.map(({ first }) => first)];
  return () => {
    let given: OrtValues = empty;
    let read = 0;
    return async (ids) => {
      const feeds: OrtValues = {
        ...given,
        input_ids: counted(ids.length, (i) => ids[i]!),
        attention_mask: counted(ids.length, () => 1),
        position_ids: counted(ids.length, (i) => i),
        past_sequence_length: toOrt(runtime.ort, tensor('int64', [1], BigInt64Array.of(BigInt(read)))),
      };
      const outputs = await session.run(feeds, fetches);
      given = Object.fromEntries(caches.map(({ past, first }) => [past, outputs[first]!]));
      read = ids.length;
      return outputs.logits!.data as Float32Array;
    };
  };
}

/** Both kinds of steps in pairs, the one first and then the other first; the median of the pairs' ratios leaves single disturbances out. */
async function generate({ folder: path, tokens, steps, vocabulary, rounds }: Params): Promise<Measures> {
  const start = idsOf(Number(tokens), Number(vocabulary));
  const runtime = await startRuntime('wasm');
  const folder = openFolder(String(path));
  const model = await openModel(folder, folder.model, CPU, {});
  if (model.readsOn.how !== 'other') throw new Error(`the model reads on by ${model.readsOn.how}`);
  const bare = await bareNext(runtime, await model.readsOn.open());
  const engine = await openEngine(runtime, String(path));
  const go = (next: Next) => timed(() => continueText(start, Number(steps), Number(vocabulary), next));
  const pairs: { bare: number; engine: number }[] = [];
  let said = start;
  for (let round = -1; round < Number(rounds); round++) {
    const first = await go(round % 2 ? bare() : watched(engine));
    const second = await go(round % 2 ? watched(engine) : bare());
    if (first.result.join() !== second.result.join()) throw new Error('the engine continues the text otherwise than the bare session');
    said = first.result;
    if (round >= 0) pairs.push(round % 2 ? { bare: first.ms, engine: second.ms } : { bare: second.ms, engine: first.ms });
  }
  await engine.run({ ids: said });
  const { ms: runMs } = await timed(() => engine.run({ ids: said }));
  const of = (value: (pair: (typeof pairs)[number]) => number) => median(pairs.map(value));
  return { bareMs: of((pair) => pair.bare), engineMs: of((pair) => pair.engine), ratio: of((pair) => pair.bare / pair.engine), runMs };
}

/** The first token of a text that was never read before, the model loaded. */
async function firstToken({ folder, tokens, vocabulary }: Params): Promise<Measures> {
  const runtime = await startRuntime('wasm');
  const ids = idsOf(Number(tokens) + 9, Number(vocabulary));
  const { result: engine, ms: openedMs } = await timed(async () => {
    const engine = await openEngine(runtime, String(folder));
    await watched(engine)(ids.slice(0, Number(tokens)));
    return engine;
  });
  const times: number[] = [];
  for (let i = 1; i < 9; i++) times.push((await timed(() => watched(engine)(ids.slice(i, i + Number(tokens))))).ms);
  return { firstMs: median(times), openedMs };
}

export const GENERATION: Readonly<Record<string, (params: Params) => Promise<Measures>>> = {
  generate,
  'first-token': firstToken,
};
