/** Text to tokens and back, each token with its range of the source. */
export { type Decoded, decodeTokens } from './decode.ts';
export { FOREIGN_TOKENIZER_FILES, type ReadText, readTokenizer, TOKENIZER_FILES } from './files.ts';
export { Graphemes, paintedRanges, tokensAt, tokensIn } from './locate.ts';
export { type Group, groupTokens, REGROUP_RULE, regroup, regroupRow, UNITS, type Unit } from './regroup.ts';
export { loadTokenizer } from './tokenizer.ts';
export type { DecodeOptions, EncodeOptions, Encoding, NormalizedText, PipelineStep, SpecialIds, TextRange, Tokenizer } from './types.ts';
