/** The files beside a model, and what each is for. */
import { beside } from '../onnx/folder.ts';
import type { BesideFacts } from '../protocol/explorer.ts';
import type { ModelFolder } from '../source.ts';

const ROLES: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)config\.json$/, 'configuration: family, sizes'],
  [/(^|\/)tokenizer\.json$/, 'tokenizer: cuts text into tokens'],
  [/(^|\/)tokenizer_config\.json$/, 'tokenizer: special tokens, longest text'],
  [/(^|\/)(vocab\.(json|txt)|merges\.txt|spiece\.model|tokenizer\.model|sentencepiece.*\.model)$/, 'vocabulary in an older format'],
  [/(^|\/)special_tokens_map\.json$/, 'special tokens'],
  [/(^|\/)generation_config\.json$/, 'how text is generated'],
  [/(^|\/)preprocessor_config\.json$/, 'how pictures or sound are prepared'],
  [/(^|\/)measured\.json$/, 'what heads were measured to do'],
  [/\.safetensors\.index\.json$/, 'index of the shards'],
  [/\.safetensors$/, 'weights'],
  [/\.onnx$/, 'graph'],
  [/(\.onnx[._]data(_\d+)?|\.data)$/, 'weights of a graph'],
  [/\.(bin|pt|pth|ckpt|h5|msgpack)$/, 'weights in a format that is never opened'],
  [/(^|\/)README\.md$/i, 'model card'],
];

/** Files of the folder, those with a purpose first. */
export function filesBeside({ files }: ModelFolder): BesideFacts[] {
  const roleOf = (path: string) => ROLES.find(([pattern]) => pattern.test(path))?.[1] ?? null;
  const all = files.map(({ path, size }) => ({ path, size, role: roleOf(path) }));
  return all.sort((a, b) => Number(a.role === null) - Number(b.role === null) || a.path.localeCompare(b.path));
}

/** What a user would miss, in sentences. */
export function missing(folder: ModelFolder, entry: string, readsText: boolean): string[] {
  const has = (name: string) => beside(folder, entry, name) !== null;
  const words: string[] = [];
  if (entry.endsWith('.safetensors') && !has('config.json'))
    words.push(
      'There is no config.json beside the weights: nothing says which architecture they belong to, so the model cannot be run. Its tensors are shown.',
    );
  if (readsText && !has('tokenizer.json'))
    words.push(
      'There is no tokenizer.json beside the model: text cannot be cut into its tokens. Put the model’s own tokenizer.json there.',
    );
  return words;
}
