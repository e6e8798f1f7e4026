/**
 * Which models a list of paths holds. Pure: paths in, candidates out, one pass, so that thousands of files cost milliseconds.
 *
 * A folder with `config.json` and weights (`*.safetensors`, `*.onnx` beside it or in `onnx/`) is one model; any other `.onnx` file is a
 * model of its own.
 */

/** What is looked for, as one glob below a workspace folder. */
export const MODEL_GLOB =
  '**/{*.onnx,*.onnx_data,*.onnx_data_*,*.onnx.data,*.safetensors,*.safetensors.index.json,pytorch_model*.bin,config.json,' +
  'tokenizer.json,tokenizer_config.json,vocab.json,merges.txt,vocab.txt,added_tokens.json,special_tokens_map.json,' +
  'generation_config.json,preprocessor_config.json,processor_config.json,measured.json}';

export interface Candidate {
  /** Folder that paths count from, inside the searched root; '' for the root itself. */
  readonly folder: string;
  /** The `.onnx` file that is the model, or '' for the whole folder. */
  readonly entry: string;
  readonly name: string;
  /** Found files, relative to `folder`. */
  readonly files: readonly string[];
  /** Why it cannot be used, as far as names tell; null when nothing speaks against it. */
  readonly problem: string | null;
}

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
/** In the Hugging Face cache a folder is called after its revision; the model's name stands above. */
const SNAPSHOT = /(?:^|\/)models--([^/]+?)--([^/]+)\/snapshots\/[^/]+$/;
const within = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);

/** Folders that hold other people's packages, never the user's models. */
const FOREIGN = /(^|\/)(node_modules|\.git|\.venv|site-packages|__pycache__)\//;

/**
 * @param paths paths below one root, with `/`
 * @param rootName name for a model that is the root itself
 */
export function findCandidates(paths: readonly string[], rootName: string): Candidate[] {
  const byFolder = groupByFolder(paths.filter((path) => !FOREIGN.test(path)));
  const candidates: Candidate[] = [];
  const claimed = new Set<string>();
  for (const [folder, names] of byFolder) {
    if (!names.includes('config.json')) continue;
    const inner = byFolder.get(within(folder, 'onnx')) ?? [];
    const model = folderModel(folder, names, inner, rootName);
    if (!model) continue;
    candidates.push(model);
    for (const file of model.files) claimed.add(within(folder, file));
  }
  for (const [folder, names] of byFolder) {
    for (const name of names) {
      if (name.endsWith('.onnx') && !claimed.has(within(folder, name))) candidates.push(fileModel(folder, name, names));
    }
  }
  return candidates.sort((a, b) => within(a.folder, a.entry).localeCompare(within(b.folder, b.entry)));
}

function groupByFolder(paths: readonly string[]): Map<string, string[]> {
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOf(path);
    const names = byFolder.get(folder);
    if (names) names.push(nameOf(path));
    else byFolder.set(folder, [nameOf(path)]);
  }
  for (const names of byFolder.values()) names.sort();
  return byFolder;
}

const isWeights = (name: string) => name.endsWith('.safetensors') || name.endsWith('.onnx');

function folderModel(folder: string, names: readonly string[], inner: readonly string[], rootName: string): Candidate | null {
  const files = [...names, ...inner.map((name) => `onnx/${name}`)];
  const candidate = {
    folder,
    entry: '',
    name: SNAPSHOT.test(folder) ? SNAPSHOT.exec(folder)!.slice(1).join('/') : nameOf(folder) || rootName,
    files,
  };
  if (files.some(isWeights)) return { ...candidate, problem: null };
  if (names.some((name) => name.endsWith('.safetensors.index.json'))) {
    return { ...candidate, problem: 'The index of its weights is there, the .safetensors files that it names are not.' };
  }
  if (names.some((name) => name.startsWith('pytorch_model'))) {
    return {
      ...candidate,
      problem: 'Its weights are a pickle (pytorch_model.bin), which is never opened. Save it as .safetensors or export it as .onnx.',
    };
  }
  return null;
}

/** Small files beside an `.onnx` file which say what it is. */
const COMPANIONS = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'measured.json',
];

function fileModel(folder: string, name: string, names: readonly string[]): Candidate {
  const files = names.filter((other) => other === name || COMPANIONS.includes(other) || isExternalData(other));
  return { folder, entry: name, name: name.replace(/\.onnx$/, ''), files, problem: null };
}

function isExternalData(name: string): boolean {
  return /\.onnx[._]data(_\d+)?$/.test(name);
}
