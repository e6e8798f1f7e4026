/** Tokenizers from the files of a model folder: tokenizer.json, or the older vocabulary files. */
import { asHeadlightError, HeadlightError } from '../errors.ts';
import { isObject, type Json, malformed } from './json.ts';
import { mergesFile } from './merges-files.ts';
import { addedOf, type OldFolder } from './named-tokens.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { Tokenizer } from './types.ts';

/** Reads a file of the folder as text; null if there is none of that name. */
export type ReadText = (name: string) => Promise<string | null>;

/** Files that a tokenizer may be made of, in the order in which they are looked for. */
export const TOKENIZER_FILES = [
  ...['tokenizer.json', 'vocab.json', 'merges.txt', 'vocab.txt', 'added_tokens.json', 'special_tokens_map.json'],
  ...['tokenizer_config.json', 'config.json'],
] as const;

/** Files that hold a tokenizer which only other programs can read; a folder with one of these and no other is refused by name. */
export const FOREIGN_TOKENIZER_FILES = [
  'tokenizer.model',
  'spiece.model',
  'sentencepiece.bpe.model',
  'source.spm',
  'tekken.json',
  'bpe.codes',
] as const;

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw asHeadlightError(error, 'tokenizer', `${name} is not JSON`);
  }
}

async function json(read: ReadText, name: string): Promise<Json> {
  const text = await read(name);
  const value = text === null ? null : parsed(text, name);
  return isObject(value) ? value : {};
}

/**
 * The tokenizer of a model folder: tokenizer.json where there is one, else vocab.json + merges.txt of GPT-2's kin or BERT's vocab.txt.
 * @throws HeadlightError 'tokenizer' if there is none, it is malformed, or it is of a kind that Headlight cannot read, which the sentence names
 */
export async function readTokenizer(read: ReadText): Promise<Tokenizer> {
  const config = await json(read, 'tokenizer_config.json');
  const whole = await read('tokenizer.json');
  if (whole !== null) return loadTokenizer(parsed(whole, 'tokenizer.json'), config);
  const className = await classOf(read, config);
  const named = { ...(await json(read, 'special_tokens_map.json')), ...config };
  const further = await json(read, 'added_tokens.json');
  const [vocab, merges, words] = [await read('vocab.json'), await read('merges.txt'), await read('vocab.txt')];
  if (vocab !== null && merges !== null) {
    const file = mergesFile(parsed(vocab, 'vocab.json'), merges, { className: className ?? 'gpt2', config: named, further });
    if (file === null) throw refused(className!, 'vocab.json and merges.txt');
    return loadTokenizer(file.tokenizer, file.config);
  }
  if (words !== null) return bertWordPiece(words, { className, config: named, further });
  for (const name of FOREIGN_TOKENIZER_FILES) if ((await read(name)) !== null) throw foreign(name);
  throw new HeadlightError('tokenizer', 'The folder has no tokenizer: add its tokenizer.json.');
}

function foreign(name: string): HeadlightError {
  return new HeadlightError(
    'tokenizer',
    `The folder's tokenizer is a ${name}, which Headlight cannot read: save it as tokenizer.json (a "fast" tokenizer).`,
  );
}

/** The family, by the tokenizer's class or the model's type: `gpt2`, `bert`; null where neither is said. */
async function classOf(read: ReadText, config: Json): Promise<string | null> {
  const name = typeof config.tokenizer_class === 'string' ? config.tokenizer_class : (await json(read, 'config.json')).model_type;
  if (typeof name !== 'string') return null;
  return name.replace(/Tokenizer(Fast)?$/, '').toLowerCase();
}

function refused(className: string, files: string): HeadlightError {
  return new HeadlightError(
    'tokenizer',
    `The folder has ${files} of the family "${className}" but no tokenizer.json, which Headlight needs for that family.`,
  );
}

const BERT_FAMILY = [
  ...['bert', 'distilbert', 'electra', 'mobilebert', 'convbert', 'squeezebert', 'funnel', 'ernie', 'layoutlm', 'lxmert'],
  ...['dprquestionencoder', 'dprcontextencoder', 'dprreader'],
];
const BERT = { unk_token: '[UNK]', sep_token: '[SEP]', pad_token: '[PAD]', cls_token: '[CLS]', mask_token: '[MASK]' };

/** BERT's vocab.txt: a token a line. */
function bertWordPiece(
  text: string,
  { className, config, further }: Pick<OldFolder, 'config' | 'further'> & { readonly className: string | null },
): Tokenizer {
  if (className !== null && !BERT_FAMILY.includes(className)) throw refused(className, 'a vocab.txt');
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((line, id) => [line, id]));
  const idOf = (content: string) => (Object.hasOwn(vocab, content) ? vocab[content] : undefined);
  const named = { ...BERT, ...config };
  const tokenOf = (value: unknown) => (isObject(value) ? String(value.content) : String(value));
  const [cls, sep, unknown] = [tokenOf(named.cls_token), tokenOf(named.sep_token), tokenOf(named.unk_token)];
  for (const needed of [cls, sep, unknown]) if (idOf(needed) === undefined) throw malformed(`vocab.txt has no ${needed}`);
  const tokenizer = {
    added_tokens: addedOf({ config, further }, BERT, idOf),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', cls: [cls, idOf(cls)], sep: [sep, idOf(sep)] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', vocab, unk_token: unknown, continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
  };
  return loadTokenizer(tokenizer, named);
}
