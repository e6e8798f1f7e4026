/** Progress that only shows when work takes longer than half a second, and that can be cancelled. */
import { type CancellationToken, type CancellationTokenSource, ProgressLocation, window } from 'vscode';
import type { Progress } from '../../model/protocol/channel.ts';

const SHOW_AFTER_MS = 500;

export interface Work {
  readonly token: CancellationToken;
  readonly report: (progress: Progress) => void;
}

/** Does `work`; shows a notification with a cancel button if it is not done soon. `source` cancels it from outside. */
export async function withProgress<T>(title: string, source: CancellationTokenSource, work: (work: Work) => Promise<T>): Promise<T> {
  let last: Progress = { fraction: null, words: '' };
  let show: ((progress: Progress) => void) | undefined;
  const report = (progress: Progress) => {
    last = progress;
    show?.(progress);
  };
  const done = work({ token: source.token, report });
  const timer = setTimeout(() => {
    void window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
      let shown = 0;
      token.onCancellationRequested(() => source.cancel());
      show = ({ fraction, words }) => {
        const increment = fraction === null ? 0 : Math.max(0, fraction * 100 - shown);
        shown += increment;
        progress.report({ message: words, increment });
      };
      show(last);
      await done.catch(() => undefined);
    });
  }, SHOW_AFTER_MS);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
  }
}
