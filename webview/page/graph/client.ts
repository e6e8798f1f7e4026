/** The page's side of the layout's worker. Only the last question counts; one that takes long does not hold the page. */
import { HeadlightError } from '../../../model/errors.ts';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import type { Scene } from './scene.ts';
import type { LayoutAnswer, LayoutCall } from './worker.ts';

export interface Layouter {
  /** @throws HeadlightError `internal` with the worker's words, `cancelled` when another question came after it */
  layout(open: ReadonlySet<number>): Promise<Scene>;
  dispose(): void;
}

/** @param script address of the worker's script; a blob worker cannot be made of a webview's address itself */
export async function startLayouter(script: URL, data: GraphData): Promise<Layouter> {
  const code = await fetch(script).then((response) => response.blob());
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const send = (message: LayoutCall) => worker.postMessage(message);
  let calls = 0;
  let pending: { resolve: (scene: Scene) => void; reject: (error: HeadlightError) => void } | null = null;
  worker.addEventListener('message', ({ data: answer }: MessageEvent<LayoutAnswer>) => {
    if (answer.call !== calls || !pending) return;
    if ('scene' in answer) pending.resolve(answer.scene);
    else pending.reject(new HeadlightError('internal', `The graph could not be laid out: ${answer.failure}`));
    pending = null;
  });
  send({ data });
  return {
    layout(open) {
      pending?.reject(new HeadlightError('cancelled', 'Another part was opened meanwhile.'));
      return new Promise((resolve, reject) => {
        pending = { resolve, reject };
        send({ call: ++calls, open: [...open] });
      });
    },
    dispose() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
