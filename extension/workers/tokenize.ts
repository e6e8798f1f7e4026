/** The tokenizer thread: keeps the tokenizers that it was given, answers one call at a time. */
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { VocabularyEntry } from '../../model/protocol/panel.ts';
import { decodeTokens, loadTokenizer, type Tokenizer } from '../../model/text/index.ts';
import { serveCalls } from '../serve-calls.ts';
import type { TokenizerCall, TokenizerValue } from '../text/worker-protocol.ts';

const tokenizers = new Map<string, Tokenizer>();

function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw asHeadlightError(error, 'tokenizer', `${name} is not valid JSON`);
  }
}

function handle(call: TokenizerCall): TokenizerValue {
  if (call.kind === 'load') {
    const { json, config } = call.params;
    tokenizers.set(call.key, loadTokenizer(parse(json, 'tokenizer.json'), config === null ? null : parse(config, 'tokenizer_config.json')));
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
    case 'vocabulary':
      return call.params.ids.map((id) => entryOf(tokenizer, id));
    case 'decode':
      return decodeTokens(tokenizer, call.params.ids, call.params.after);
    case 'specials':
      return tokenizer.specials;
  }
}

function entryOf(tokenizer: Tokenizer, id: number): VocabularyEntry {
  const special = tokenizer.specialIds.has(id);
  return { piece: tokenizer.piece(id), text: special ? '' : tokenizer.decode([id]), special };
}

serveCalls(handle, 'tokenizer', 'The text could not be cut into tokens');
