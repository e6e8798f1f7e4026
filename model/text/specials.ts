import type { AddedToken } from './added-tokens.ts';
import { isObject, type Json } from './json.ts';
import type { SpecialIds } from './types.ts';

/** What the families call their special tokens, where no configuration says it; the first that the file marks as special counts. */
const CUSTOMARY: { readonly [K in keyof SpecialIds]: readonly string[] } = {
  bos: ['<s>', '<bos>', '<|begin_of_text|>', '<|startoftext|>', '[BOS]'],
  eos: ['</s>', '<eos>', '<|end_of_text|>', '<|endoftext|>', '<|im_end|>', '[EOS]'],
  pad: ['<pad>', '[PAD]', '<|pad|>'],
  unk: ['<unk>', '[UNK]'],
  mask: ['<mask>', '[MASK]'],
  cls: ['[CLS]', '<cls>'],
  sep: ['[SEP]', '<sep>'],
};

/** `"[CLS]"` or `{ "content": "[CLS]", … }`. */
function contentOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.content === 'string' ? value.content : null;
}

/** Ids of the special tokens: by the configuration's names, else by the customary ones among the tokens that the file marks. */
export function specialIds(
  config: Json,
  tokens: readonly AddedToken[],
  idOf: (piece: string) => number | null,
  unknown: string | null,
): SpecialIds {
  const marked = new Map(tokens.filter((t) => t.special).map((t) => [t.content, t.id]));
  const find = (job: keyof SpecialIds): number | null => {
    const named = config[`${job}_token`];
    const content = contentOf(named);
    if (content !== null) return idOf(content);
    if (named === null) return null;
    return CUSTOMARY[job].map((c) => marked.get(c)).find((id) => id !== undefined) ?? null;
  };
  return {
    bos: find('bos'),
    eos: find('eos'),
    pad: find('pad'),
    unk: find('unk') ?? (unknown === null ? null : idOf(unknown)),
    mask: find('mask'),
    cls: find('cls'),
    sep: find('sep'),
  };
}

/** `model_max_length`; the huge number that stands for "no limit" counts as none. */
export function maxLengthOf(config: Json): number | null {
  const length = config.model_max_length;
  return typeof length === 'number' && Number.isInteger(length) && length > 0 && length < 1e9 ? length : null;
}
