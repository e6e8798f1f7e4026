/** The thread's own side of a `WorkerThread`: one call, one answer, no call without one. */
import { parentPort } from 'node:worker_threads';
import { asHeadlightError, type ErrorCode } from '../model/errors.ts';
import type { Answer } from './worker-thread.ts';

/** Answers every call with what `handle` returns or throws; a failure that is no HeadlightError gets `code` and `what`. */
export function serveCalls<Call, Value>(handle: (call: Call) => Value | Promise<Value>, code: ErrorCode, what: string): void {
  parentPort?.on('message', async (call: Call) => {
    let answer: Answer<Value>;
    try {
      answer = { ok: true, value: await handle(call) };
    } catch (error) {
      const known = asHeadlightError(error, code, what);
      answer = { ok: false, code: known.code, message: known.message };
    }
    parentPort?.postMessage(answer);
  });
}
