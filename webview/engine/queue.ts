/** One queue for all session creations and runs: the runtime answers parallel calls with "Session already started". */
import { HeadlightError } from '../../model/errors.ts';

/** What a caller may say while its work waits or runs. Structurally vscode-jsonrpc's CancellationToken. */
export interface CancelSignal {
  readonly isCancellationRequested: boolean;
}

/** @throws HeadlightError `cancelled` once the signal was given */
export function assertWanted(signal: CancelSignal | undefined): void {
  if (signal?.isCancellationRequested) throw new HeadlightError('cancelled', 'Cancelled.');
}

/**
 * Lets a cancel that has arrived be heard: a message is read only when nothing else runs.
 * @throws HeadlightError `cancelled` once the signal was given
 */
export async function breathe(signal: CancelSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertWanted(signal);
}

export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything before it has settled; work that was cancelled while waiting never starts. */
  add<R>(work: () => Promise<R>, signal?: CancelSignal): Promise<R> {
    const result = this.#tail.then(() => {
      assertWanted(signal);
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
