/**
 * A worker thread as its owner sees it: calls one after another, each with a time limit. Files bring their own regular expressions and sizes, and
 * one that never ends must not hold the extension host: a call beyond the limit ends the thread, the next call starts another.
 */
import { type ErrorCode, HeadlightError } from '../model/errors.ts';

/** What a thread posts for a call. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `ended`: the thread is gone or must go. */
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly ended?: boolean };

export interface ThreadOptions {
  /** Path of the bundled script. */
  readonly script: string;
  /** Longest time for one call. */
  readonly limitMs: number;
  /** What it is in sentences: `tokenizer`. */
  readonly what: string;
  /** Code of a call that took too long or whose thread stopped. */
  readonly code: ErrorCode;
}

type NodeWorker = import('node:worker_threads').Worker;

export class WorkerThread<Call, Value> {
  #worker: Promise<NodeWorker> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #generation = 0;
  #disposed = false;

  constructor(private readonly options: ThreadOptions) {}

  /** Counts the threads so far: what one has loaded, the next has not. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * One call at a time, so that each has its own time. `name` is whose the work is, for sentences.
   * @throws HeadlightError as the thread says; the options' code when it takes too long or stops; `disposed`
   */
  call(call: Call, name: string): Promise<Value> {
    const run = this.#queue.then(() => this.#call(call, name));
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #call(call: Call, name: string): Promise<Value> {
    if (this.#disposed) throw new HeadlightError('disposed', 'Headlight was switched off.');
    this.#worker ??= this.#start();
    const answer = await this.#answer(await this.#worker, call, name);
    if (answer.ok) return answer.value;
    if (answer.ended) this.#end();
    throw new HeadlightError(answer.code, answer.message);
  }

  #answer(worker: NodeWorker, call: Call, name: string): Promise<Answer<Value>> {
    const { what, limitMs, code } = this.options;
    return new Promise((resolve) => {
      const settle = (answer: Answer<Value>) => {
        clearTimeout(late);
        worker.off('message', settle).off('error', failed).off('exit', ended);
        resolve(answer);
      };
      const stopped = (why: string) =>
        settle({ ok: false, code, message: `The ${what} of ${name} stopped${why}. Run again.`, ended: true });
      const failed = (error: Error) => stopped(`: ${error.message}`);
      const ended = () => stopped('');
      const late = setTimeout(() => {
        const message = `The ${what} of ${name} took longer than ${limitMs / 1000} s and was stopped. Try a shorter text or another model.`;
        settle({ ok: false, code, message, ended: true });
      }, limitMs);
      worker.on('message', settle).on('error', failed).on('exit', ended);
      worker.postMessage(call);
    });
  }

  async #start(): Promise<NodeWorker> {
    const { Worker } = await import('node:worker_threads');
    this.#generation += 1;
    const worker = new Worker(this.options.script);
    worker.unref();
    return worker;
  }

  #end(): void {
    void this.#worker?.then((worker) => worker.terminate());
    this.#worker = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#end();
  }
}
