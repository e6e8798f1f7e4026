/** The layout's worker: gets a graph once, and answers which boxes stand where for what is open of it. */
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { sceneOf } from './layout.ts';
import type { Scene } from './scene.ts';

export type LayoutCall = { readonly data: GraphData } | { readonly call: number; readonly open: readonly number[] };
export type LayoutAnswer = { readonly call: number } & ({ readonly scene: Scene } | { readonly failure: string });

let data: GraphData | null = null;

addEventListener('message', ({ data: asked }: MessageEvent<LayoutCall>) => {
  if ('data' in asked) data = asked.data;
  else postMessage(answer(asked.call, asked.open));
});

function answer(call: number, open: readonly number[]): LayoutAnswer {
  try {
    return { call, scene: sceneOf(data!, new Set(open)) };
  } catch (error) {
    return { call, failure: error instanceof Error ? error.message : String(error) };
  }
}
