/**
 * tokenizer.json out of the older vocab.json and merges.txt: a family is its normalizer, how it cuts words, what it puts around a text, and what
 * it calls its special tokens.
 *
 * Source: the structure of the tokenizer.json that each family's released models have.
 */
import { isObject, type Json, malformed } from './json.ts';
import { addedOf, contentOf, type IdOf, type OldFolder } from './named-tokens.ts';

interface Kind {
  readonly names: Json;
  readonly normalizer?: Json;
  readonly preTokenizer: (prefix: boolean) => Json;
  /** @param tokenOf the content and id of a token with a job */
  readonly postProcessor: (prefix: boolean, tokenOf: (job: string) => [string, number | undefined], config: Json) => Json | null;
  readonly decoder?: Json;
  /** Further fields of the model, by the content of the unknown token. */
  readonly model?: (unknown: string | null) => Json;
}

const bytes = (prefix: boolean, useRegex = true, trim = true): Json => ({
  ...{ type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: trim, use_regex: useRegex },
});

const END = '<|endoftext|>';
const ONE_NAME = { bos_token: END, eos_token: END, unk_token: END };

/** `bos` before the text, where the configuration wants it. */
const gpt2: Kind = {
  names: ONE_NAME,
  preTokenizer: (prefix) => bytes(prefix),
  postProcessor: (prefix, tokenOf, { add_bos_token }) =>
    add_bos_token === true ? template([tokenOf('bos_token')], []) : bytes(prefix, true, false),
};

const roberta: Kind = {
  names: {
    ...{ bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', pad_token: '<pad>', cls_token: '<s>', sep_token: '</s>' },
    mask_token: { content: '<mask>', lstrip: true },
  },
  preTokenizer: (prefix) => bytes(prefix),
  postProcessor: (prefix, tokenOf) => around(tokenOf('cls_token'), tokenOf('sep_token'), prefix, true),
};

const QWEN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const qwen2: Kind = {
  names: { eos_token: END, pad_token: END },
  normalizer: { type: 'NFC' },
  preTokenizer: () => sequence([split(QWEN, 'Isolated', false), bytes(false, false)]),
  postProcessor: () => bytes(true, true, false),
};

const CLIP = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

const clip: Kind = {
  names: { bos_token: '<|startoftext|>', eos_token: END, unk_token: END, pad_token: END },
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }],
  },
  preTokenizer: () => sequence([split(CLIP, 'Removed', true), bytes(false)]),
  postProcessor: (_, tokenOf) => around(tokenOf('bos_token'), tokenOf('eos_token'), false, false),
  model: (unknown) => ({ end_of_word_suffix: '</w>', unk_token: unknown }),
};

const whisper: Kind = {
  names: { ...ONE_NAME, start_token: '<|startoftranscript|>', timeless_token: '<|notimestamps|>' },
  preTokenizer: (prefix) => bytes(prefix),
  postProcessor: (_, tokenOf) => template([tokenOf('start_token'), tokenOf('timeless_token')], [tokenOf('eos_token')]),
};

const openaiGpt: Kind = {
  names: { unk_token: '<unk>' },
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  preTokenizer: () => ({ type: 'BertPreTokenizer' }),
  postProcessor: () => null,
  decoder: { type: 'BPEDecoder', suffix: '</w>' },
  model: (unknown) => ({ end_of_word_suffix: '</w>', unk_token: unknown }),
};

const KINDS: Readonly<Record<string, Kind>> = {
  ...{ gpt2, codegen: gpt2, gptneo: gpt2, gpt_neo: gpt2, gptj: gpt2 },
  opt: { ...gpt2, names: { bos_token: '</s>', eos_token: '</s>', unk_token: '</s>', pad_token: '<pad>', add_bos_token: true } },
  ...{ roberta, bart: roberta, longformer: roberta, led: roberta, mvp: roberta },
  ...{ qwen2, qwen3: qwen2, clip, whisper, openaigpt: openaiGpt, 'openai-gpt': openaiGpt },
};

/**
 * The file that these two would be, with the configuration to go with it; null for a family that is none of these.
 * @throws HeadlightError `tokenizer` when vocab.json is no object, or lacks a token that the family puts around its texts
 */
export function mergesFile(
  vocab: unknown,
  mergesText: string,
  folder: OldFolder,
): { readonly tokenizer: Json; readonly config: Json } | null {
  if (!Object.hasOwn(KINDS, folder.className)) return null;
  if (!isObject(vocab)) throw malformed('vocab.json is not an object');
  const kind = KINDS[folder.className]!;
  const config = { ...kind.names, ...folder.config };
  const idOf: IdOf = (content) => (Object.hasOwn(vocab, content) && typeof vocab[content] === 'number' ? vocab[content] : undefined);
  const added = addedOf(folder, kind.names, idOf);
  const tokenOf = (job: string): [string, number | undefined] => known(contentOf(folder.config, kind.names, job), added, idOf);
  const prefix = folder.config.add_prefix_space === true;
  const tokenizer = {
    added_tokens: added,
    normalizer: kind.normalizer ?? null,
    pre_tokenizer: kind.preTokenizer(prefix),
    post_processor: kind.postProcessor(prefix, tokenOf, config),
    decoder: kind.decoder ?? bytes(true),
    model: { type: 'BPE', vocab, merges: mergeLines(mergesText), ...kind.model?.(contentOf(folder.config, kind.names, 'unk_token')) },
  };
  return { tokenizer, config };
}

function known(content: string | null, added: readonly Json[], idOf: IdOf): [string, number] {
  const id = content === null ? undefined : (idOf(content) ?? added.find((token) => token.content === content)?.id);
  if (content === null || typeof id !== 'number') throw malformed(`vocab.json has no ${content ?? 'token to begin with'}`);
  return [content, id];
}

const sequence = (pretokenizers: Json[]): Json => ({ type: 'Sequence', pretokenizers });

const split = (Regex: string, behavior: string, invert: boolean): Json => ({ type: 'Split', pattern: { Regex }, behavior, invert });

const around = (cls: [string, number | undefined], sep: [string, number | undefined], prefix: boolean, trim: boolean): Json => ({
  ...{ type: 'RobertaProcessing', cls, sep, trim_offsets: trim, add_prefix_space: prefix },
});

/** Tokens before and after a text; of a pair the second text follows the first. */
function template(before: readonly [string, number | undefined][], after: readonly [string, number | undefined][]): Json {
  const tokens = (list: typeof before, type: number) => list.map(([id]) => ({ SpecialToken: { id, type_id: type } }));
  const text = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const special = [...before, ...after].map(([id, number]) => [id, { id, ids: [number], tokens: [id] }]);
  return {
    type: 'TemplateProcessing',
    single: [...tokens(before, 0), text('A', 0), ...tokens(after, 0)],
    pair: [...tokens(before, 0), text('A', 0), text('B', 1), ...tokens(after, 1)],
    special_tokens: Object.fromEntries(special),
  };
}

/** Lines of a merges.txt without its `#version` line. */
function mergeLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
}
