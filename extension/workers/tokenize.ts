/** The tokenizer thread: keeps the tokenizers that it was given, answers one call at a time. */
import { parentPort } from 'node:worker_threads';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { loadTokenizer, type Tokenizer } from '../../model/text/index.ts';
import type { TokenizerAnswer, TokenizerCall } from '../text/worker-protocol.ts';

const tokenizers = new Map<string, Tokenizer>();

function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw asHeadlightError(error, 'tokenizer', `${name} is not valid JSON`);
  }
}

function answer(call: TokenizerCall): TokenizerAnswer {
  if (call.kind === 'load') {
    const config = call.config === null ? null : parse(call.config, 'tokenizer_config.json');
    tokenizers.set(call.key, loadTokenizer(parse(call.json, 'tokenizer.json'), config));
    return { ok: true };
  }
  const tokenizer = tokenizers.get(call.key);
  if (!tokenizer) throw new HeadlightError('internal', 'The tokenizer was not loaded.');
  const { tokens, typeIds } = call.pair === null ? tokenizer.encode(call.text) : tokenizer.encode(call.text, call.pair);
  return { ok: true, encoded: { tokens, typeIds } };
}

parentPort?.on('message', (call: TokenizerCall) => {
  let result: TokenizerAnswer;
  try {
    result = answer(call);
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'tokenizer', 'The text could not be cut into tokens');
    result = { ok: false, code, message };
  }
  parentPort?.postMessage(result);
});
