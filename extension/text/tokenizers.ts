/**
 * Tokenizers in a thread of their own: files bring their own regular expressions, and one that never ends must not hold the extension host.
 * A call beyond the time limit ends the thread; the next call starts another.
 */
import type { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { readText } from '../files/bytes.ts';
import type { Model } from '../models/model.ts';
import type { Encoded } from './fit.ts';
import type { TokenizerAnswer, TokenizerCall } from './worker-protocol.ts';

/** Longest time for one text; the largest demo text takes milliseconds. */
const LIMIT_MS = 10_000;

interface Thread {
  post(call: TokenizerCall): void;
  onAnswer(listener: (answer: TokenizerAnswer) => void): void;
  end(): void;
}

async function startThread(path: string): Promise<Thread> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(path);
  worker.unref();
  return {
    post: (call) => worker.postMessage(call),
    onAnswer(listener) {
      worker.removeAllListeners();
      worker.on('message', listener);
      worker.on('error', (error) =>
        listener({ ok: false, code: 'tokenizer', message: `The tokenizer stopped: ${error.message}`, ended: true }),
      );
      worker.on('exit', () => listener({ ok: false, code: 'tokenizer', message: 'The tokenizer stopped.', ended: true }));
    },
    end: () => void worker.terminate(),
  };
}

export class Tokenizers {
  #thread: Promise<Thread> | undefined;
  /** Keys of the tokenizers that the thread holds. */
  readonly #loaded = new Set<string>();
  /** One call at a time, so that each has its own time. */
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(
    private readonly workerPath: Uri,
    private readonly limitMs = LIMIT_MS,
  ) {}

  /** @throws HeadlightError `tokenizer` when there is none, it is malformed, has an unknown component, or takes too long */
  encode(model: Model, text: string, pair: string | null): Promise<Encoded> {
    return this.#enqueue(async () => {
      const key = await this.#load(model);
      const answer = await this.#call({ kind: 'encode', key, text, pair }, model.name);
      return answer.encoded ?? { tokens: [], typeIds: [] };
    });
  }

  /** Forgets a model's tokenizer, after its file changed. */
  forget(model: Model): void {
    this.#loaded.delete(model.root.toString());
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(task, task);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #load(model: Model): Promise<string> {
    const key = model.root.toString();
    if (this.#loaded.has(key)) return key;
    const files = await model.files();
    const open = async (name: string) => {
      const path = files.some((file) => file.path === name) ? name : null;
      return path === null ? null : readText(model.root.with({ path: `${model.root.path}/${path}` }), path);
    };
    const json = await open('tokenizer.json');
    if (json === null) {
      const words = `${model.name} has no tokenizer.json beside it, so text cannot become tokens. Put the model's tokenizer.json into its folder.`;
      throw new HeadlightError('tokenizer', words);
    }
    await this.#call({ kind: 'load', key, json, config: await open('tokenizer_config.json') }, model.name);
    this.#loaded.add(key);
    return key;
  }

  async #call(call: TokenizerCall, name: string): Promise<Extract<TokenizerAnswer, { ok: true }>> {
    if (this.#disposed) throw new HeadlightError('disposed', 'Headlight was switched off.');
    this.#thread ??= startThread(this.workerPath.fsPath);
    const thread = await this.#thread;
    const answer = await new Promise<TokenizerAnswer>((resolve) => {
      const late = setTimeout(() => {
        const message = `The tokenizer of ${name} took longer than ${this.limitMs / 1000} s and was stopped. Try a shorter text or another model.`;
        resolve({ ok: false, code: 'tokenizer', message, ended: true });
      }, this.limitMs);
      thread.onAnswer((one) => {
        clearTimeout(late);
        resolve(one);
      });
      thread.post(call);
    });
    if (answer.ok) return answer;
    if (answer.ended) this.#end();
    throw new HeadlightError(answer.code, answer.message);
  }

  #end(): void {
    void this.#thread?.then((thread) => thread.end());
    this.#thread = undefined;
    this.#loaded.clear();
  }

  dispose(): void {
    this.#disposed = true;
    this.#end();
  }
}
