/** The tokenizer thread: keeps the tokenizers that it was given, answers one call at a time. */
import { HeadlightError } from '../../model/errors.ts';
import type { VocabularyEntry } from '../../model/protocol/panel.ts';
import type { TryParams } from '../../model/protocol/tokenizer.ts';
import { decodeTokens, readTokenizer, type Tokenizer } from '../../model/text/index.ts';
import { serveCalls } from '../serve-calls.ts';
import type { TokenizerCall, TokenizerValue, TriedText } from '../text/worker-protocol.ts';

const tokenizers = new Map<string, Tokenizer>();

async function handle(call: TokenizerCall): Promise<TokenizerValue> {
  if (call.kind === 'load') {
    const { files } = call.params;
    tokenizers.set(call.key, await readTokenizer(async (name) => files[name] ?? null));
    return null;
  }
  const tokenizer = tokenizers.get(call.key);
  if (!tokenizer) throw new HeadlightError('internal', 'The tokenizer was not loaded.');
  switch (call.kind) {
    case 'encode': {
      const { text, pair, specials } = call.params;
      const { tokens, typeIds } = tokenizer.encode(text, pair ?? undefined, { specials });
      return { tokens, typeIds };
    }
    case 'try':
      return tried(tokenizer, call.params);
    case 'vocabulary':
      return call.params.ids.map((id) => entryOf(tokenizer, id));
    case 'decode':
      return decodeTokens(tokenizer, call.params.ids, call.params.after);
    case 'specials':
      return tokenizer.specials;
  }
}

function tried(tokenizer: Tokenizer, { text, pair }: TryParams): TriedText {
  const begin = performance.now();
  const { tokens, typeIds, normalized } = tokenizer.encode(text, pair ?? undefined);
  const { kind, vocabularySize: vocabulary, steps } = tokenizer;
  return { tokens, typeIds, normalized, facts: { kind, vocabulary, steps }, ms: performance.now() - begin };
}

function entryOf(tokenizer: Tokenizer, id: number): VocabularyEntry {
  const special = tokenizer.specialIds.has(id);
  return { piece: tokenizer.piece(id), text: special ? '' : tokenizer.decode([id]), special };
}

serveCalls(handle, 'tokenizer', 'The text could not be cut into tokens');
