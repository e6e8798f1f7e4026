/** What is measured in processes of their own: each starts with an untouched heap. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReference } from '../../model/architectures/reference.ts';
import type { Keep } from '../../model/attention/index.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import { openCheckpoint } from '../../model/safetensors/checkpoint.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { loadTokenizer } from '../../model/text/index.ts';
import { Engine } from '../../webview/engine/engine.ts';
import { externalOf } from '../../webview/engine/external.ts';
import { type OpenModel, openModel } from '../../webview/engine/opening.ts';
import { LoadedPart } from '../../webview/engine/part.ts';
import type { OrtValues, Runtime, Session } from '../../webview/engine/runtime.ts';
import { toOrt } from '../../webview/engine/tensors.ts';
import { openFolder } from '../inspect/folder.ts';
import { startRuntime } from '../inspect/runtime.ts';
import { type Measures, median } from './bench.ts';
import { GENERATION } from './generation-tasks.ts';
import { idsOf, type Params, timed, watchHeaps } from './measuring.ts';

const CPU = { device: 'wasm', fallback: null, half: false } as const;

/** Largest resident memory of this process so far, in MB. */
function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Starting the runtime itself is paid once, whatever is opened. */
async function warmRuntime(): Promise<Runtime> {
  const runtime = await startRuntime('wasm');
  await runtime.warm();
  return runtime;
}

/** The plain way: the whole file to the runtime. Until the first answer. */
async function openPlain({ file, tokens, vocabulary }: Params): Promise<Measures> {
  const runtime = await warmRuntime();
  const { InferenceSession, Tensor } = runtime.ort;
  const session = await InferenceSession.create(readFileSync(String(file)), { logSeverityLevel: 3 });
  const ids = BigInt64Array.from(idsOf(Number(tokens), Number(vocabulary)), BigInt);
  const ones = ids.map(() => 1n);
  const zeros = ids.map(() => 0n);
  const values: Readonly<Record<string, BigInt64Array>> = { input_ids: ids, attention_mask: ones, token_type_ids: zeros };
  const feeds = session.inputNames.map((name) => [name, new Tensor('int64', values[name]!, [1, ids.length])] as const);
  await session.run(Object.fromEntries(feeds));
  return { peakMb: peakMb() };
}

/** Headlight's way: the skeleton, with all attention found and instrumented. Until the first answer. */
async function openSkeleton({ file, tokens, vocabulary }: Params): Promise<Measures> {
  const runtime = await warmRuntime();
  const folder = openFolder(String(file));
  const engine = new Engine(runtime, { keeping: 'vectors' });
  await engine.open(folder, folder.model, { device: 'wasm' });
  await engine.run({ ids: idsOf(Number(tokens), Number(vocabulary)) });
  return { peakMb: peakMb() };
}

async function open(file: string | number | undefined): Promise<{ runtime: Runtime; model: OpenModel }> {
  const folder = openFolder(String(file));
  return { runtime: await startRuntime('wasm'), model: await openModel(folder, folder.model, CPU, {}) };
}

/** The same graph without probes. */
function bareSession(runtime: Runtime, { parts }: OpenModel): Promise<Session> {
  const { name, folder, found } = parts[0]!;
  return runtime.create({ name, folder, bytes: writeModel(found.model), weights: externalOf(found.model).weights }, { device: 'wasm' });
}

async function bareRun(runtime: Runtime, session: Session, { parts }: OpenModel, feeds: Readonly<Record<string, Tensor>>): Promise<void> {
  const values: OrtValues = {};
  for (const [name, value] of Object.entries(feeds)) values[name] = toOrt(runtime.ort, value);
  await session.run(
    values,
    parts[0]!.found.model.graph!.output.map(({ name }) => name),
  );
}

/**
 * Both kinds of run in pairs, first the one and then the other first. What else the machine does slows both halves of a pair alike and the median of
 * the pairs' ratios leaves single disturbances out.
 */
async function probeOverhead({ file, tokens, vocabulary, rounds }: Params): Promise<Measures> {
  const { runtime, model } = await open(file);
  const bare = await bareSession(runtime, model);
  const probed = await LoadedPart.load(runtime, model.parts[0]!, {
    device: 'wasm',
    keeping: 'vectors',
    onRead: () => undefined,
    signal: undefined,
  });
  const { feeds } = model.parts[0]!.feeds({ ids: idsOf(Number(tokens), Number(vocabulary)) }, null);
  const runBare = async () => (await timed(() => bareRun(runtime, bare, model, feeds))).ms;
  const runProbed = async () => (await timed(() => probed.run(feeds, undefined))).ms;
  const pairs: { bare: number; probed: number }[] = [];
  for (let round = -1; round < Number(rounds); round++) {
    const first = round % 2 ? await runBare() : await runProbed();
    const second = round % 2 ? await runProbed() : await runBare();
    if (round >= 0) pairs.push(round % 2 ? { bare: first, probed: second } : { probed: first, bare: second });
  }
  const of = (value: (pair: (typeof pairs)[number]) => number) => median(pairs.map(value));
  return { bareMs: of((pair) => pair.bare), probedMs: of((pair) => pair.probed), ratio: of((pair) => pair.probed / pair.bare) };
}

/** What one run takes beyond the loaded model: growth of the runtime's heap, and the values it hands out. */
async function memory({ file, tokens, vocabulary, keeping }: Params): Promise<Measures> {
  const heaps = watchHeaps();
  const heapBytes = () => heaps.reduce((sum, heap) => sum + heap.buffer.byteLength, 0);
  const { runtime, model } = await open(file);
  const { feeds } = model.parts[0]!.feeds({ ids: idsOf(Number(tokens), Number(vocabulary)) }, null);
  if (keeping === 'bare') {
    await bareRun(runtime, await bareSession(runtime, model), model, feeds);
    return { bytes: heapBytes() };
  }
  const options = { device: 'wasm', keeping: keeping as Keep, onRead: () => undefined, signal: undefined } as const;
  const outputs = await (await LoadedPart.load(runtime, model.parts[0]!, options)).run(feeds, undefined);
  const kept = outputs.names.map((name) => (outputs.value(name).data as Float32Array).byteLength);
  return { bytes: heapBytes() + kept.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Every layer of the walk opened for the first time, last layer first, after a run; and what the walk holds in the end. */
async function walkOpen({ file, tokens, vocabulary }: Params): Promise<Measures> {
  const runtime = await startRuntime('wasm');
  const folder = openFolder(String(file));
  const engine = new Engine(runtime);
  await engine.open(folder, folder.model, { device: 'wasm' });
  const { run } = await engine.run({ ids: idsOf(Number(tokens), Number(vocabulary)) });
  const { result, ms: planMs } = await timed(() => engine.walk({ run }));
  const layers = result.sections.flatMap(({ kind }, section) => (kind === 'layer' ? [section] : [])).reverse();
  const times: number[] = [];
  for (const section of layers) {
    times.push((await timed(() => engine.stage({ run, section, head: 0 }))).ms);
  }
  const { ms: againMs } = await timed(() => engine.stage({ run, section: layers.at(-1)!, head: 1 }));
  return { ms: median(times), slowestMs: Math.max(...times), layers: layers.length, planMs, againMs, heldBytes: engine.walkBytes({ run }) };
}

/** One head after the other, each for the first time. */
async function headOnDemand({ file, tokens, vocabulary }: Params): Promise<Measures> {
  const runtime = await startRuntime('wasm');
  const folder = openFolder(String(file));
  const engine = new Engine(runtime, { keeping: 'vectors' });
  await engine.open(folder, folder.model, { device: 'wasm' });
  const { run, sites } = await engine.run({ ids: idsOf(Number(tokens), Number(vocabulary)) });
  const times: number[] = [];
  for (const { key, heads } of sites) {
    for (let head = 1; head < heads; head++) times.push((await timed(() => engine.head({ run, key, head }))).ms);
  }
  return { ms: median(times), slowestMs: Math.max(...times), heads: times.length };
}

/** Text to tokens with their ranges. */
async function align({ folder, file, tokens, rounds }: Params): Promise<Measures> {
  const read = (name: string) => JSON.parse(readFileSync(join(String(folder), name), 'utf8')) as unknown;
  const tokenizer = loadTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  const source = readFileSync(String(file), 'utf8');
  let text = '';
  while (tokenizer.encode(text).tokens.length < Number(tokens)) text += source;
  const full = tokenizer.encode(text).tokens;
  text = text.slice(0, full[Number(tokens) - 1]!.end);
  const times: number[] = [];
  for (let round = -2; round < Number(rounds); round++) {
    const { ms } = await timed(async () => tokenizer.encode(text));
    if (round >= 0) times.push(ms);
  }
  return { ms: median(times), tokens: tokenizer.encode(text).tokens.length };
}

/** The reference implementation in TypeScript, weights read from the file. */
async function reference({ folder, tokens, vocabulary }: Params): Promise<Measures> {
  const checkpoint = await openCheckpoint(openFolder(String(folder)));
  const ids = BigInt64Array.from(idsOf(Number(tokens), Number(vocabulary)), BigInt);
  const inputs = { input_ids: tensor('int64', [1, ids.length], ids) };
  const { ms } = await timed(() => runReference(checkpoint, inputs));
  return { ms };
}

export const TASKS: Readonly<Record<string, (params: Params) => Promise<Measures>>> = {
  ...{ 'open-plain': openPlain, 'open-skeleton': openSkeleton, 'probe-overhead': probeOverhead, memory },
  ...{ 'head-on-demand': headOnDemand, 'walk-open': walkOpen, align, reference },
  ...GENERATION,
};
