/** The engine's worker: starts the runtime from what the page hands over, then serves requests. */
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import { listen } from '../../model/audio/listen.ts';
import { HeadlightError } from '../../model/errors.ts';
import { Channel, type RequestHandlers } from '../../model/protocol/channel.ts';
import type { EngineRequests, ModelFiles } from '../../model/protocol/engine.ts';
import type { ByteSource, ModelFolder } from '../../model/source.ts';
import { blockSource } from './blocks.ts';
import { Engine } from './engine.ts';
import { type Ort, Runtime } from './runtime.ts';
import { connectPort, give, type Port } from './transport.ts';
import type { Nothing, PageNotifications, PageRequests, StartParams, WorkerRequests } from './wire.ts';

let started: { readonly engine: Engine; readonly runtime: Runtime } | null = null;

function engine(): Engine {
  if (!started) throw new HeadlightError('internal', 'The engine has not been started.');
  return started.engine;
}

async function start({ ort, wasm, build, firstRun, lock }: StartParams): Promise<null> {
  // Before the page may ask for it: a page that were quicker would take this worker for dead.
  if (lock) await hold(lock);
  const module = (await import(/* @vite-ignore */ ort)) as Ort;
  const runtime = new Runtime({ ort: module, wasm, build, gpu: navigator.gpu ?? null });
  started = { runtime, engine: new Engine(runtime, { firstRun }) };
  void runtime.warm();
  return null;
}

/** The lock falls free when this worker dies, however it dies: that is how the page learns of it. */
function hold(name: string): Promise<void> {
  return new Promise((held) => {
    const keep = () => {
      held();
      return new Promise<never>(() => undefined);
    };
    navigator.locks.request(name, keep).catch((error: unknown) => {
      console.warn('No lock', error);
      held();
    });
  });
}

function folderOf(model: ModelFiles): ModelFolder {
  const sources = new Map<string, ByteSource>();
  return {
    files: model.files,
    open(path) {
      const entry = model.files.find((file) => file.path === path);
      if (!entry) throw new HeadlightError('not-found', `${path} is not among the files of ${model.name}.`);
      let source = sources.get(path);
      if (!source) {
        const read = (offset: number, length: number) => channel.request('read', { model: model.id, path, offset, length });
        source = blockSource({ name: path, size: entry.size, read });
        sources.set(path, source);
      }
      return source;
    },
  };
}

const requests: RequestHandlers<EngineRequests> = {
  open: ({ model, device }, call) => engine().open(folderOf(model), model, { device }, call),
  run: (params, call) => engine().run(params, call),
  thumbnails: async (params) => {
    const thumbnails = await engine().thumbnails(params);
    return { ...thumbnails, data: give(thumbnails.data) };
  },
  head: async (params) => {
    const head = await engine().head(params);
    // The engine keeps its own copy for the next time.
    return { ...head, weights: give(head.weights.slice()) };
  },
  scores: async (params) => {
    const scores = await engine().scores(params);
    return { ...scores, scores: give(scores.scores) };
  },
  vectors: async (params) => {
    const { q, k, ...vectors } = await engine().vectors(params);
    return { ...vectors, q: give(q), k: give(k) };
  },
  step: async (params, call) => {
    const step = await engine().step(params, call);
    return { ...step, logits: give(step.logits) };
  },
  listen: ({ bytes, name, preprocessor }) => {
    const heard = listen(bytes, name, preprocessor);
    give(heard.features.data);
    return heard;
  },
  outputFor: async (params, call) => {
    const tensor = await engine().outputFor(params, call);
    return { ...tensor, data: give(tensor.data) };
  },
  predictFor: (params, call) => engine().predictFor(params, call),
  surprise: async (params) => give(await engine().surprise(params)),
  predict: (params) => engine().predict(params),
  positions: (params) => engine().positions(params),
  causes: (params) => engine().causes.facts(params),
  answer: async (params, call) => {
    const { logits, runMs } = await engine().causes.answer(params, call);
    return { logits: give(logits), runMs };
  },
  rankHeads: (params, call) => engine().causes.rankHeads(params, call),
  occlude: (params, call) => engine().causes.occlude(params, call),
  lens: (params, call) => engine().causes.lens(params, call),
  valueNorms: (params) => engine().causes.valueNorms(params),
  output: (params) => engine().output(params),
  walk: (params) => engine().walk(params),
  stage: async (params, call) => {
    const { values, ...result } = await engine().stage(params, call);
    return { ...result, values: values.map((value) => ({ ...value, data: give(value.data) })) };
  },
  arithmetic: (params, call) => engine().arithmetic(params, call),
  compare: (params, call) => engine().compare(params, call),
  close: async () => {
    await engine().close();
    return null;
  },
};

/** Tells the page once when the runtime is of no more use. */
function watched(handlers: RequestHandlers<EngineRequests>): RequestHandlers<EngineRequests> {
  const watch =
    (handler: (params: never, call: never) => unknown) =>
    async (params: never, call: never): Promise<unknown> => {
      try {
        return await handler(params, call);
      } finally {
        const broken = started?.runtime.broken;
        // After the answer, so that whoever asked hears the reason.
        if (broken) setTimeout(() => channel.notify('broken', { message: broken.message }), 0);
      }
    };
  return Object.fromEntries(Object.entries(handlers).map(([method, handler]) => [method, watch(handler)])) as typeof handlers;
}

const connection = connectPort(globalThis as unknown as Port, createMessageConnection);
const channel = new Channel<PageRequests, PageNotifications, WorkerRequests, Nothing>(connection, { start, ...watched(requests) }, {});
