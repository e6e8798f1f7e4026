/** Text to tokens and back, each token with its range of the source. */
export { type ReadText, readTokenizer, TOKENIZER_FILES } from './files.ts';
export { loadTokenizer } from './tokenizer.ts';
export type { DecodeOptions, EncodeOptions, Encoding, NormalizedText, SpecialIds, TextRange, Tokenizer } from './types.ts';
