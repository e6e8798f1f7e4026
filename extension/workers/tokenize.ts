/** The tokenizer thread: keeps the tokenizers that it was given, answers one call at a time. */
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { loadTokenizer, type Tokenizer } from '../../model/text/index.ts';
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
    const config = call.config === null ? null : parse(call.config, 'tokenizer_config.json');
    tokenizers.set(call.key, loadTokenizer(parse(call.json, 'tokenizer.json'), config));
    return null;
  }
  const tokenizer = tokenizers.get(call.key);
  if (!tokenizer) throw new HeadlightError('internal', 'The tokenizer was not loaded.');
  const { tokens, typeIds } = call.pair === null ? tokenizer.encode(call.text) : tokenizer.encode(call.text, call.pair);
  return { tokens, typeIds };
}

serveCalls(handle, 'tokenizer', 'The text could not be cut into tokens');
