/**
 * Something of one run that is asked for by itself, as soon as the question has stood still for a moment. A question that was left is let run to
 * its end, its answer dropped: a cancel that the engine cannot follow in time would cost it its run. Only the user cancels.
 */
import { useEffect, useState } from 'preact/hooks';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { asHeadlightError } from '../../../model/errors.ts';
import type { RequestOptions } from '../../engine/life.ts';
import type { Task } from '../../state/causes.ts';
import { useLast } from '../../ui/hooks.ts';

/** Whoever walks through a text asks nothing on the way. */
const STILL_MS = 120;

export interface Asked<T> {
  readonly task: Task<T>;
  /** The last answer, which stays until the next is there. */
  readonly last: T | null;
  readonly cancel: () => void;
}

/** @param key null where there is nothing to ask yet */
export function useAsked<T>(key: string | null, ask: (options: RequestOptions) => Promise<T>): Asked<T> {
  const [task, setTask] = useState<Task<T>>({ state: 'none' });
  const [running, setRunning] = useState<CancellationTokenSource | null>(null);
  useEffect(() => {
    if (key === null) return;
    const cancel = new CancellationTokenSource();
    let wanted = true;
    const tell = (next: Task<T>) => wanted && setTask(next);
    const begin = async () => {
      try {
        tell({ state: 'ready', of: key, value: await ask({ token: cancel.token, onProgress: (at) => tell({ state: 'working', ...at }) }) });
      } catch (error) {
        const { code, message } = asHeadlightError(error, 'internal', 'The engine did not answer');
        tell({ state: 'failed', of: key, error: { code, message } });
      }
    };
    setRunning(cancel);
    tell({ state: 'working', fraction: null, words: 'running' });
    const timer = setTimeout(() => void begin(), STILL_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key]);
  const last = useLast(task.state === 'ready' ? task.value : null);
  return { task, last, cancel: () => running?.cancel() };
}
