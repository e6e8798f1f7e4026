/**
 * What a file really is that is called `.onnx`. A ModelProto has no signature; other formats have.
 */
import { HeadlightError } from '../errors.ts';
import type { ByteSource } from '../source.ts';

const LFS = 'version https://git-lfs';

/** Signatures at the start of a file (or from byte `at`) and what they betray. */
const SIGNATURES: readonly { readonly text: string; readonly at?: number; readonly what: string }[] = [
  { text: 'GGUF', what: 'GGUF' },
  { text: 'PK\x03\x04', what: 'a zip archive, perhaps a PyTorch checkpoint' },
  { text: '\x89HDF', what: 'HDF5, perhaps a Keras model' },
  { text: '\x1f\x8b', what: 'gzip' },
  { text: '\x80\x02', what: 'a Python pickle, perhaps a PyTorch checkpoint' },
  { text: '\x80\x04', what: 'a Python pickle, perhaps a PyTorch checkpoint' },
  { text: '\x93NUMPY', what: 'a NumPy array' },
  { text: 'ORTM', at: 4, what: "onnxruntime's own .ort format" },
  { text: 'TFL3', at: 4, what: 'TensorFlow Lite' },
  { text: '\0\0{"', at: 6, what: 'safetensors' },
  { text: '<!DOCTYPE', what: 'a web page' },
  { text: '<html', what: 'a web page' },
  { text: '{', what: 'JSON' },
];

/**
 * Refuses a file that is plainly something else.
 * @throws HeadlightError `format`
 */
export async function sniff(source: ByteSource): Promise<void> {
  const bytes = await source.read(0, Math.min(source.size, LFS.length));
  const head = String.fromCharCode(...bytes);
  if (head === LFS) {
    throw new HeadlightError('format', `${source.name} is a Git LFS pointer, not the model itself: run \`git lfs pull\` in its folder.`);
  }
  const found = SIGNATURES.find(({ text, at = 0 }) => head.startsWith(text, at));
  if (found) throw new HeadlightError('format', `${source.name} is not an ONNX file (it looks like ${found.what}).`);
}
