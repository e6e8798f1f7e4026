/** The tokenizer's page in Chromium, around a real tokenizer of this repository that answers in Node in place of the extension host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tried, TryParams } from '../../../model/protocol/tokenizer.ts';
import { readTokenizer, type Tokenizer } from '../../../model/text/index.ts';
import { root } from '../../tools/environment.mjs';
import { type Sent, type SmallPage, type SmallPageOptions, smallPages } from '../harness/small-page.ts';

export interface TryPage extends SmallPage {
  /** Texts that were copied. */
  readonly copied: readonly string[];
}

export function tryPages(): { open(options?: SmallPageOptions & { model?: string }): Promise<TryPage> } {
  const pages = smallPages('tokenizer');
  return {
    async open({ model = 'headlight-bert', ...options } = {}) {
      const copied: string[] = [];
      const tokenizer = await builtIn(model);
      const { page, wrong } = await pages.open((message) => answer(message, tokenizer, model, copied), options);
      await page.locator('.token-table tbody tr').first().waitFor();
      return { page, wrong, copied };
    },
  };
}

function builtIn(model: string): Promise<Tokenizer> {
  return readTokenizer(async (name) => {
    try {
      return readFileSync(join(root, 'media/models', model, name), 'utf8');
    } catch {
      return null;
    }
  });
}

function answer({ id, method, params }: Sent, tokenizer: Tokenizer, model: string, copied: string[]): unknown[] {
  const rpc = { jsonrpc: '2.0' };
  if (method === 'ready') return [{ ...rpc, method: 'begin', params: { params: { model, text: null } } }];
  if (method === 'try') return [{ ...rpc, id, result: tried(params.params as TryParams, tokenizer, model) }];
  if (method === 'copy') copied.push((params.params as { text: string }).text);
  return id === undefined ? [] : [{ ...rpc, id, result: null }];
}

function tried({ text, pair }: TryParams, tokenizer: Tokenizer, model: string): Tried {
  const { kind, vocabularySize: vocabulary, steps } = tokenizer;
  const encoding = tokenizer.encode(text, pair ?? undefined);
  return { model, maxTokens: 128, facts: { kind, vocabulary, steps }, ms: 0, ...encoding };
}
