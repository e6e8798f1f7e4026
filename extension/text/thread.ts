/**
 * The tokenizer thread as its owner sees it: calls one after another, each with a time limit. Files bring their own regular expressions, and one
 * that never ends must not hold the extension host: a call beyond the limit ends the thread, the next call starts another.
 */
import { HeadlightError } from '../../model/errors.ts';
import type { TokenizerAnswer, TokenizerCall } from './worker-protocol.ts';

type Done = Extract<TokenizerAnswer, { ok: true }>;
type NodeWorker = import('node:worker_threads').Worker;

export class TokenizerThread {
  #worker: Promise<NodeWorker> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #generation = 0;
  #disposed = false;

  constructor(
    private readonly script: string,
    private readonly limitMs: number,
  ) {}

  /** Counts the threads so far: what one has loaded, the next has not. */
  get generation(): number {
    return this.#generation;
  }

  /** One call at a time, so that each has its own time. @throws HeadlightError as the thread says; `tokenizer` when it takes too long or stops */
  call(call: TokenizerCall, name: string): Promise<Done> {
    const run = this.#queue.then(() => this.#call(call, name));
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #call(call: TokenizerCall, name: string): Promise<Done> {
    if (this.#disposed) throw new HeadlightError('disposed', 'Headlight was switched off.');
    this.#worker ??= this.#start();
    const answer = await this.#answer(await this.#worker, call, name);
    if (answer.ok) return answer;
    if (answer.ended) this.#end();
    throw new HeadlightError(answer.code, answer.message);
  }

  #answer(worker: NodeWorker, call: TokenizerCall, name: string): Promise<TokenizerAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: TokenizerAnswer) => {
        clearTimeout(late);
        worker.off('message', settle).off('error', failed).off('exit', ended);
        resolve(answer);
      };
      const stopped = (why: string) =>
        settle({ ok: false, code: 'tokenizer', message: `The tokenizer of ${name} stopped${why}. Run again.`, ended: true });
      const failed = (error: Error) => stopped(`: ${error.message}`);
      const ended = () => stopped('');
      const late = setTimeout(() => {
        const message = `The tokenizer of ${name} took longer than ${this.limitMs / 1000} s and was stopped. Try a shorter text or another model.`;
        settle({ ok: false, code: 'tokenizer', message, ended: true });
      }, this.limitMs);
      worker.on('message', settle).on('error', failed).on('exit', ended);
      worker.postMessage(call);
    });
  }

  async #start(): Promise<NodeWorker> {
    const { Worker } = await import('node:worker_threads');
    this.#generation += 1;
    const worker = new Worker(this.script);
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
