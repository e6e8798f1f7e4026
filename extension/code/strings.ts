/** Strings in code that name a model or a tensor. Pure. */

export interface QuotedText {
  readonly text: string;
  /** Columns of the first character and after the last, without the quotes. */
  readonly start: number;
  readonly end: number;
}

/** A name longer than this is a text. */
const LONGEST = 300;

/** The string literal of a line that a column stands in: between ', " or `, with escapes skipped; null outside of one. */
export function stringAt(line: string, column: number): QuotedText | null {
  for (let at = 0; at < line.length && at <= column; at++) {
    const quote = line[at]!;
    if (quote !== '"' && quote !== "'" && quote !== '`') continue;
    let end = at + 1;
    while (end < line.length && line[end] !== quote) end += line[end] === '\\' ? 2 : 1;
    if (end >= line.length) return null;
    if (column > at && column < end) {
      const text = line
        .slice(at + 1, end)
        .replaceAll('\\\\', '/')
        .replaceAll('\\/', '/');
      return text === '' || text.length > LONGEST || /[\n{}<>]/.test(text) ? null : { text, start: at + 1, end };
    }
    at = end;
  }
  return null;
}

/** A model by the path of its file or folder, and its name. */
export interface Named {
  readonly path: string;
  readonly name: string;
}

const MODEL_FILE = /\.(onnx|safetensors|safetensors\.index\.json)$/;

/**
 * The models that a string may mean: by a path from the folder of the document or from anywhere above, by the path of a file inside, or by
 * the name that the hub has for it (`org/name`).
 */
export function modelsNamed<M extends Named>(text: string, folder: string, models: readonly M[]): M[] {
  const plain = text.replace(/^\.\//, '').replace(/\/+$/, '');
  if (plain.length < 3 || /\s{2}/.test(plain)) return [];
  const absolute = plain.startsWith('/') || /^[a-zA-Z]:\//.test(plain) ? plain : resolved(folder, plain);
  const paths = [absolute, ...outer(absolute, plain)];
  const exact = models.filter(({ path }) => paths.includes(path));
  if (exact.length > 0) return exact;
  if (!plain.includes('/') && !MODEL_FILE.test(plain))
    return models.filter(({ path, name }) => name === plain || path.endsWith(`/${plain}`));
  const ends = [plain, ...outer(plain, plain)];
  return models.filter(({ path }) =>
    ends.some((end) => (end !== '' && end.includes('/') ? path.endsWith(`/${end}`) : MODEL_FILE.test(end) && path.endsWith(`/${end}`))),
  );
}

/** Folders of a model's file: its own, and the one above where exports lie in `onnx/`. */
function outer(path: string, text: string): string[] {
  if (!MODEL_FILE.test(text)) return [];
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return folder.endsWith('/onnx') ? [folder, folder.slice(0, -5)] : [folder];
}

function resolved(folder: string, path: string): string {
  const parts = folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
