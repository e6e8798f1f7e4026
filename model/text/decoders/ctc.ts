import { boolean, type Json, stringOr } from '../json.ts';
import { cleanUp } from './cleanup.ts';
import type { Decoder } from './index.ts';

/** CTC: repeated tokens count once, padding vanishes, the word delimiter becomes a space. */
export function ctc(config: Json): Decoder {
  const pad = stringOr(config.pad_token, '<pad>', 'pad_token');
  const delimiter = stringOr(config.word_delimiter_token, '|', 'word_delimiter_token');
  const cleans = boolean(config.cleanup, true, 'cleanup');
  const text = (token: string) => {
    const without = token.replaceAll(pad, '');
    return cleans ? cleanUp(without).replaceAll(delimiter, ' ') : without;
  };
  return (tokens) =>
    tokens
      .filter((token, i) => token !== tokens[i - 1])
      .map(text)
      .filter((part) => part !== '');
}
