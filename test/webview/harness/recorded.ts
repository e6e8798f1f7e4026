/** Stands in for webview/engine/client.ts where a test wants known weights: answers from a record that the harness serves. */
import { HeadlightError } from '../../../model/errors.ts';
import type { HeadVectors, HeadWeights, OpenResult, RunResult, SiteRun, Thumbnails } from '../../../model/protocol/engine.ts';

export const assetsBeside = (_script: string): null => null;

interface Served {
  readonly opened: OpenResult;
  readonly run: RunResult;
}

const name = new URLSearchParams(location.search).get('case') ?? '';
let asked = 0;
const delayMs = Number(new URLSearchParams(location.search).get('delay') ?? 0);

export function startEngine(): unknown {
  let served: Promise<Served> | null = null;
  const record = () => {
    served ??= fetch(`/record/${name}`).then((r) => r.json() as Promise<Served>);
    return served;
  };
  const answers: Record<string, (params: { key: string; head: number }) => Promise<unknown>> = {
    run: async () => ({ ...(await record()).run, run: ++asked }),
    thumbnails: async ({ key }) => thumbnails(await site(key)),
    head: async ({ key, head }) => headWeights(await site(key), head),
    vectors: async (): Promise<HeadVectors> => {
      throw new Error('The record holds no vectors.');
    },
    close: async () => null,
  };
  async function site(key: string): Promise<{ run: SiteRun; weights: Float32Array }> {
    const run = (await record()).run.sites.find((s) => s.key === key)!;
    return { run, weights: await weightsOf(key) };
  }
  return {
    open: async ({ model }: { model: { id: string } }) => {
      if (model.id === 'gone')
        throw new HeadlightError('not-found', 'The weights file is gone: model.onnx was deleted or moved. Choose the model again.');
      return (await record()).opened;
    },
    request: async (method: string, params: { key: string; head: number }) => {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return answers[method]!(params);
    },
    restart: () => undefined,
    dispose: () => undefined,
  };
}

const fetched = new Map<string, Promise<Float32Array>>();
function weightsOf(key: string): Promise<Float32Array> {
  let known = fetched.get(key);
  if (!known) {
    known = fetch(`/weights/${name}?key=${key}`).then(async (r) => new Float32Array(await r.arrayBuffer()));
    fetched.set(key, known);
  }
  return known;
}

function headWeights({ run, weights }: { run: SiteRun; weights: Float32Array }, head: number): HeadWeights {
  const { queries, keys } = run;
  return { key: run.key, head, queries, keys, weights: weights.slice(head * queries * keys, (head + 1) * queries * keys) } as HeadWeights;
}

/** Pooled by maximum into at most 32 × 32 cells, as the engine does. */
function thumbnails({ run, weights }: { run: SiteRun; weights: Float32Array }): Thumbnails {
  const { heads, queries, keys } = run;
  const [rows, columns] = [Math.min(32, queries), Math.min(32, keys)];
  const data = new Float32Array(heads * rows * columns);
  for (let i = 0; i < weights.length; i++) {
    const [head, query, key] = [Math.floor(i / (queries * keys)), Math.floor(i / keys) % queries, i % keys];
    const at = (head * rows + Math.floor((query * rows) / queries)) * columns + Math.floor((key * columns) / keys);
    data[at] = Math.max(data[at]!, weights[i]!);
  }
  return { key: run.key, heads, rows, columns, data } as Thumbnails;
}
