/** Something of many runs: started, followed, cancelled, and kept when it is done. */
import type { Signal } from '@preact/signals';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { asHeadlightError } from '../../../model/errors.ts';
import type { RequestOptions } from '../../engine/life.ts';
import type { Task } from '../../state/causes.ts';

export interface Runner {
  readonly start: () => void;
  readonly cancel: () => void;
}

/** What is under way, by the signal that tells of it: a section that is opened again can still cancel. */
const running = new WeakMap<object, CancellationTokenSource>();

/**
 * @param task where it is told how far the work is
 * @param of the question that the answer will belong to
 * @param ask the request, with what it needs to be followed and cancelled
 */
export function runnerOf<T>(task: Signal<Task<T>>, of: string, ask: (options: RequestOptions) => Promise<T>): Runner {
  const start = async () => {
    running.get(task)?.cancel();
    const cancel = new CancellationTokenSource();
    running.set(task, cancel);
    task.value = { state: 'working', fraction: null, words: 'loading the model to be changed' };
    const onProgress: RequestOptions['onProgress'] = ({ fraction, words }) => {
      if (running.get(task) === cancel) task.value = { state: 'working', fraction, words };
    };
    const after = await settled(of, ask({ token: cancel.token, onProgress }));
    cancel.dispose();
    if (running.get(task) !== cancel) return;
    running.delete(task);
    task.value = after;
  };
  const cancel = () => {
    running.get(task)?.cancel();
    running.delete(task);
    task.value = { state: 'none' };
  };
  return { start: () => void start(), cancel };
}

async function settled<T>(of: string, answer: Promise<T>): Promise<Task<T>> {
  try {
    return { state: 'ready', of, value: await answer };
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'internal', 'The engine did not answer');
    return code === 'cancelled' ? { state: 'none' } : { state: 'failed', of, error: { code, message } };
  }
}
