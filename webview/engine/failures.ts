/** What the runtime throws, as errors that say what to do. */
import { HeadlightError } from '../../model/errors.ts';

const OUT_OF_MEMORY =
  /bad_alloc|SafeIntOnOverflow|out of memory|OOM|allocation failed|failed to allocate|could not allocate|memory\.grow|Invalid typed array length|Out of bounds memory|memory access out of bounds/i;
/** After these the wasm instance is of no more use. */
const POISONED =
  /Aborted\(|unreachable|memory access out of bounds|Out of bounds memory|table index is out of bounds|null function|RuntimeError/i;
const CODES = /^.*?ERROR_MESSAGE:\s*/s;

/** True when the wasm instance cannot be used any more and its worker must be replaced. */
export function isPoisoned(error: unknown): boolean {
  if (error instanceof HeadlightError) return error.code === 'memory' || isPoisoned(error.cause);
  return error instanceof WebAssembly.RuntimeError || POISONED.test(wordsOf(error)) || OUT_OF_MEMORY.test(wordsOf(error));
}

/** @param doing what was being done, as the start of a sentence: `The model could not be loaded` */
export function runtimeFailure(error: unknown, doing: string): HeadlightError {
  if (error instanceof HeadlightError) return error;
  const words = wordsOf(error);
  if (OUT_OF_MEMORY.test(words)) {
    const message = `${doing}: the runtime is out of memory. Take a shorter text or a smaller or quantised model, and run again.`;
    return new HeadlightError('memory', message, { cause: error });
  }
  if (isPoisoned(error)) {
    const message = `${doing}: the runtime crashed (${oneLine(words)}). Run again; if it crashes again, try another export of the model.`;
    return new HeadlightError('runtime', message, { cause: error });
  }
  return new HeadlightError('runtime', `${doing}: ${oneLine(words).replace(/\.?$/, '.')}`, { cause: error });
}

function wordsOf(error: unknown): string {
  if (typeof error === 'number') return `an exception inside the runtime, ${error}`;
  return error instanceof Error ? error.message : String(error);
}

/** The runtime's own message without its prefixes, source places and further lines. */
function oneLine(words: string): string {
  const line =
    words
      .replace(CODES, '')
      .split('\n')
      .find((part) => part.trim() !== '') ?? words;
  // A failed check of the runtime: its place, the condition, and then what it means.
  const text = line
    .replace(/^\S*\.(cc|h):\d+\s+(\S+\s+)?/, '')
    .replace(/^.* was false\.\s+(?=\S)/, '')
    .trim();
  return text.length > 300 ? `${text.slice(0, 297)}…` : text;
}
