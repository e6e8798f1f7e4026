/** Golden checkpoints in the panel, for the real engine: their own ids under words that anybody can read; and built-in models on a picture. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageInput, ShowParams, Token } from '../../../model/protocol/panel.ts';
import { DATA, Goldens } from '../../model/goldens.ts';

const WORDS = 'The keys to the old cabinet in the hall are on the table near the door'.split(' ');

/** The sample pictures, as the server offers them. */
export const SAMPLES = '/samples/';

/** `checkpoint/llama`, or `checkpoint/llama:900` for as many tokens. */
export function goldenCase(which: string): ShowParams {
  const [name = '', length] = which.split(':');
  const folder = join(DATA, 'checkpoints', name);
  const goldens = Goldens.read(join(folder, 'golden.safetensors'));
  const ids = (input: string) => Array.from(goldens.get(`A/input/${input}`).data as BigInt64Array, Number);
  const source = textOf(repeated(ids('input_ids'), length ? Number(length) : null));
  const types = goldens.has('A/input/token_type_ids') ? { typeIds: ids('token_type_ids') } : {};
  const target = goldens.has('A/input/decoder_input_ids') ? textOf(ids('decoder_input_ids')) : null;
  return {
    ...modelOf(name, folder, `/checkpoints/${name}/`),
    input: { kind: 'text', ...source, notice: null, ...(target ? { target } : {}) },
    run: { ids: source.tokens.map(({ id }) => id), ...types, ...(target ? { targetIds: target.tokens.map(({ id }) => id) } : {}) },
  };
}

/** `pattern/gemma.softcap-window-groups`: a graph of test/data/patterns on its golden's ids, under words that anybody can read. */
export function patternCase(name: string): ShowParams {
  const folder = join(DATA, 'patterns', name);
  const goldens = Goldens.read(join(folder, 'golden.safetensors'));
  const given = goldens.has('input/input_ids') ? Array.from(goldens.get('input/input_ids').data as BigInt64Array, Number) : [1, 2, 3, 4, 5];
  const entry = 'model.onnx';
  const files = [{ path: entry, size: statSync(join(folder, entry)).size }];
  const source = textOf(given);
  return {
    ...{ model: { id: name, name, entry, files }, uris: { [entry]: `/patterns/${name}/${entry}` }, select: {}, knownHeads: [] },
    ...{ restore: { name }, device: 'wasm', input: { kind: 'text', ...source, notice: null }, run: { ids: given } },
  };
}

/** `picture/headlight-vit/star.png` */
export function pictureCase(root: string, name: string): ShowParams {
  const [model = '', picture = ''] = name.split('/');
  const folder = join(root, 'media/models', model);
  const json = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return {
    ...modelOf(model, folder, `/models/${model}/`),
    input: {
      kind: 'image',
      name: picture,
      uri: `${SAMPLES}${picture}`,
      preprocessor: json('preprocessor_config.json'),
      config: json('config.json'),
    },
    run: {},
  };
}

/** `vision/swin`: a golden checkpoint on the picture that its goldens are about, prepared as its own processor says. */
export function visionCase(name: string): ShowParams {
  const folder = join(DATA, 'checkpoints', name);
  const processors = JSON.parse(readFileSync(join(DATA, 'images/processors.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const goldens = Goldens.read(join(folder, 'golden.safetensors'));
  const picture: ImageInput = {
    kind: 'image',
    name: 'image.png',
    uri: `data:image/png;base64,${readFileSync(join(DATA, 'images/checkpoints.png')).toString('base64')}`,
    preprocessor: processors[name],
    config: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  };
  const model = modelOf(name, folder, `/checkpoints/${name}/`);
  if (!goldens.has('A/input/input_ids')) return { ...model, input: picture, run: {} };
  const ids = Array.from(goldens.get('A/input/input_ids').data as BigInt64Array, Number);
  return { ...model, input: { kind: 'text', ...textOf(ids), notice: null }, picture, run: { ids } };
}

function modelOf(name: string, folder: string, served: string): Omit<ShowParams, 'input' | 'run'> {
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => statSync(join(folder, path)).isFile() && !/golden|\.onnx$/.test(path))
    .map((path) => ({ path, size: statSync(join(folder, path)).size }));
  const uris = Object.fromEntries(files.map(({ path }) => [path, `${served}${path}`]));
  return { model: { id: name, name, entry: '', files }, uris, select: {}, knownHeads: [], restore: { name }, device: 'wasm' };
}

/** Ids, cut or begun again until there are `length` of them. */
const repeated = (ids: readonly number[], length: number | null) =>
  length === null ? ids : Array.from({ length }, (_, i) => ids[i % ids.length]!);

/** Ids under the words of a sentence, begun again where it ends. */
function textOf(ids: readonly number[]) {
  let text = '';
  const tokens = ids.map((id, i): Token => {
    const word = WORDS[i % WORDS.length]!;
    const start = text.length === 0 ? 0 : text.length + 1;
    text = text.length === 0 ? word : `${text} ${word}`;
    return { id, piece: word, start, end: start + word.length, special: false, word: i, segment: 0 };
  });
  return { text, tokens };
}
