/** Tokenizers of models: loaded into the tokenizer thread when a text needs them, kept there. */
import { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { FOREIGN_TOKENIZER_FILES, TOKENIZER_FILES } from '../../model/text/files.ts';
import { readText } from '../files/bytes.ts';
import type { Model } from '../models/model.ts';
import { WorkerThread } from '../worker-thread.ts';
import type { Encoded } from './fit.ts';
import type { TokenizerCall, TokenizerCalls, TokenizerKind, TokenizerValue } from './worker-protocol.ts';

/** Longest time for one call; the longest text that a model reads takes milliseconds. */
const LIMIT_MS = 10_000;

export class Tokenizers {
  readonly #thread: WorkerThread<TokenizerCall, TokenizerValue>;
  /** The thread's generation that holds a model's tokenizer, by model folder. */
  readonly #loaded = new Map<string, number>();

  constructor(script: Uri) {
    this.#thread = new WorkerThread({ script: script.fsPath, limitMs: LIMIT_MS, what: 'tokenizer', code: 'tokenizer' });
  }

  /** @throws HeadlightError `tokenizer` when there is none, it is malformed, has an unknown component, or takes too long */
  encode(model: Model, text: string, pair: string | null, specials = true): Promise<Encoded> {
    return this.ask(model, 'encode', { text, pair, specials });
  }

  /** @throws HeadlightError as `encode` */
  async ask<K extends Exclude<TokenizerKind, 'load'>>(
    model: Model,
    kind: K,
    params: TokenizerCalls[K]['params'],
  ): Promise<TokenizerCalls[K]['result']> {
    const key = model.root.toString();
    if (this.#loaded.get(key) !== this.#thread.generation || this.#thread.generation === 0) await this.#load(model, key);
    // The thread answers each kind of call with its own kind of value.
    return (await this.#thread.call({ kind, key, params } as TokenizerCall, model.name)) as TokenizerCalls[K]['result'];
  }

  /** Forgets a model's tokenizer, after its file changed. */
  forget(model: Model): void {
    this.#loaded.delete(model.root.toString());
  }

  async #load(model: Model, key: string): Promise<void> {
    const files = await tokenizerFiles(model);
    if (!hasTokenizer(Object.keys(files))) {
      const words = `${model.name} has no tokenizer.json beside it, so text cannot become tokens. Put the model's tokenizer.json into its folder.`;
      throw new HeadlightError('tokenizer', words);
    }
    await this.#thread.call({ kind: 'load', key, params: { files } }, model.name);
    this.#loaded.set(key, this.#thread.generation);
  }

  dispose(): void {
    this.#thread.dispose();
  }
}

/** Whether a folder with these files has a tokenizer of any kind. */
export function hasTokenizer(names: readonly string[]): boolean {
  const vocabularies: readonly string[] = ['tokenizer.json', 'vocab.json', 'vocab.txt', ...FOREIGN_TOKENIZER_FILES];
  return names.some((name) => vocabularies.includes(name));
}

/** What a tokenizer may be made of, by name. Beside a tokenizer.json only its configuration counts. */
async function tokenizerFiles(model: Model): Promise<Record<string, string>> {
  const there = new Set((await model.files()).map(({ path }) => path));
  const readable = there.has('tokenizer.json') ? ['tokenizer.json', 'tokenizer_config.json'] : TOKENIZER_FILES;
  const read = async (name: string) => [name, await readText(Uri.joinPath(model.root, name), name)] as const;
  const texts = await Promise.all(readable.filter((name) => there.has(name)).map(read));
  return Object.fromEntries([...FOREIGN_TOKENIZER_FILES.filter((name) => there.has(name)).map((name) => [name, ''] as const), ...texts]);
}
