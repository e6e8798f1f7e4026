/** The added tokens of a folder without tokenizer.json: those that its other files name. */
import { isObject, type Json } from './json.ts';

/** What such a folder says beside its vocabulary. */
export interface OldFolder {
  /** The family, by the tokenizer's class or the model's type. */
  readonly className: string;
  /** special_tokens_map.json and tokenizer_config.json. */
  readonly config: Json;
  /** added_tokens.json: contents with their ids. */
  readonly further: Json;
}

/** The id of a token in the vocabulary. */
export type IdOf = (content: string) => number | undefined;

const JOBS = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'];
const PLAIN = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/**
 * Entries as in `added_tokens` of a tokenizer.json: those that `added_tokens_decoder` lists, or the tokens with a job and the further ones.
 * @param names what the family calls its tokens where no file says
 */
export function addedOf({ config, further }: Pick<OldFolder, 'config' | 'further'>, names: Json, idOf: IdOf): Json[] {
  const listed = isObject(config.added_tokens_decoder) ? Object.entries(config.added_tokens_decoder) : [];
  if (listed.length > 0)
    return listed.flatMap(([id, token]) => (isObject(token) ? [{ ...PLAIN, ...token, id: Number(id) }] : [])).sort(byId);
  const tokens = new Map<string, Json>();
  const add = (token: Json, special: boolean): void => {
    const { content } = token;
    const id = typeof content === 'string' ? (idOf(content) ?? further[content]) : undefined;
    if (typeof id === 'number') tokens.set(content as string, { ...PLAIN, ...token, id, special });
  };
  for (const job of JOBS) add(namedToken(config, names, `${job}_token`), true);
  for (const token of Array.isArray(config.additional_special_tokens) ? config.additional_special_tokens : []) add(asToken(token), true);
  for (const content of Object.keys(further)) if (!tokens.has(content)) add({ content, normalized: true }, false);
  return [...tokens.values()].sort(byId);
}

const byId = (a: Json, b: Json): number => Number(a.id) - Number(b.id);

const asToken = (value: unknown): Json => (isObject(value) ? value : { content: value });

/** A token with a job: what the files say, else what the family calls it. */
function namedToken(config: Json, names: Json, job: string): Json {
  const customary = names[job];
  const value = config[job] ?? customary;
  return isObject(value) ? value : { ...(isObject(customary) ? customary : {}), content: value };
}

/** The content of a token with a job, or null. */
export function contentOf(config: Json, names: Json, job: string): string | null {
  const { content } = namedToken(config, names, job);
  return typeof content === 'string' ? content : null;
}
