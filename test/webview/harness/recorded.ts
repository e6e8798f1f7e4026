/** Stands in for webview/engine/client.ts where a test wants known weights: answers from a record that the harness serves. */
import { HeadlightError } from '../../../model/errors.ts';
import type { HeadVectors, HeadWeights, OpenResult, RunResult, Thumbnails } from '../../../model/protocol/engine.ts';

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
    thumbnails: async ({ key }): Promise<Thumbnails> => {
      const { heads, queries, keys } = await site(key);
      return { key, heads, rows: Math.min(32, queries), columns: Math.min(32, keys), data: await floats(`/thumbnails/${name}?key=${key}`) };
    },
    head: async ({ key, head }): Promise<HeadWeights> => {
      const { queries, keys } = await site(key);
      return { key, head, queries, keys, weights: await floats(`/head/${name}?key=${key}&head=${head}`) };
    },
    vectors: async (): Promise<HeadVectors> => {
      throw new Error('The record holds no vectors.');
    },
    close: async () => null,
  };
  const site = async (key: string) => (await record()).run.sites.find((s) => s.key === key)!;
  return {
    open: async ({ model }: { model: { id: string } }) => {
      if (model.id === 'gone')
        throw new HeadlightError('not-found', 'The weights file is gone: model.onnx was deleted or moved. Choose the model again.');
      const { opened } = await record();
      const refused = [
        {
          where: 'layer 1',
          reason: 'The weights are inside a fused operator without outputs.',
          advice: 'Export the model again without fusion.',
        },
      ];
      return model.id === 'fused' ? { ...opened, sites: [], refused } : opened;
    },
    request: async (method: string, params: { key: string; head: number }) => {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return answers[method]!(params);
    },
    restart: () => undefined,
    dispose: () => undefined,
  };
}

async function floats(path: string): Promise<Float32Array> {
  return new Float32Array(await (await fetch(path)).arrayBuffer());
}
