/** The vocabulary of a tokenizer.json by id, and which axis of a tensor its ids count. */
import { HeadlightError } from '../errors.ts';
import { beside } from '../onnx/folder.ts';
import { parseObject } from '../safetensors/json.ts';
import type { ModelFolder } from '../source.ts';

const LIMIT = 100_000_000;
/** Tables that have a row (or a column) for each token. */
const TABLES = /embed|wte\b|word_|shared|lm_head|tok_|predictions\.(decoder|bias)|vocab/i;
const NO_TOKENS = /position|pos_emb|token_type|wpe\b|segment|patch/i;

/**
 * The axis that has an index for each token, or null.
 * @param vocabulary number of tokens as the configuration says
 */
export function tokenAxisOf(name: string, shape: readonly number[], vocabulary: number | null): number | null {
  if (vocabulary === null || vocabulary < 2 || NO_TOKENS.test(name)) return null;
  const axis = shape.indexOf(vocabulary);
  return axis >= 0 && shape.length <= 2 && (TABLES.test(name) || shape[0] === vocabulary) ? axis : null;
}

/**
 * Tokens by id, added ones too; empty where there is no tokenizer.
 * @throws HeadlightError `format` for a file that is no JSON, `limit` for one beyond 100 MB
 */
export async function readVocabulary(folder: ModelFolder, entry: string): Promise<ReadonlyMap<number, string>> {
  const path = beside(folder, entry, 'tokenizer.json');
  if (path === null) return new Map();
  const source = folder.open(path);
  if (source.size > LIMIT) throw new HeadlightError('limit', `${path} has ${source.size} bytes, more than any tokenizer.`);
  const { object: json } = parseObject(path, await source.read(0, source.size));
  const tokens = new Map<number, string>();
  const vocabulary = (json.model as { vocab?: unknown } | undefined)?.vocab;
  if (Array.isArray(vocabulary))
    for (const [id, pair] of vocabulary.entries()) tokens.set(id, String(Array.isArray(pair) ? pair[0] : pair));
  else if (vocabulary && typeof vocabulary === 'object')
    for (const [token, id] of Object.entries(vocabulary)) tokens.set(Number(id), token);
  const added = json.added_tokens;
  if (Array.isArray(added)) for (const { id, content } of added as { id: number; content: string }[]) tokens.set(id, content);
  return tokens;
}
