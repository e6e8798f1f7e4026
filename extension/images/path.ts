/** The path to a picture that stands at a place of a line of Markdown or HTML. Pure. */

const ENDING = /\.(png|jpe?g|webp|gif|bmp)$/i;

/** Whether a file's name is that of a picture that the panel can decode. */
export const isPicturePath = (path: string): boolean => ENDING.test(path);

/** Ways to write a path, each with the path as its first group that is not empty. */
const WRITTEN: readonly RegExp[] = [
  /!?\[[^\]\n]*\]\(\s*(?:<([^>\n]+)>|((?:[^()\s]|\([^()\s]*\))+))(?:\s+["'(][^\n]*?["')])?\s*\)/g,
  /^\s*\[[^\]\n]+\]:\s*(?:<([^>\n]+)>|(\S+))/g,
  /<(?:img|source|image|a|input|link)\b[^>]*?\b(?:src|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))[^>]*>/gi,
];

/** The picture's path whose link or element stands around `column`, without query and fragment; null where there is none. */
export function picturePathAt(line: string, column: number): string | null {
  for (const pattern of WRITTEN) {
    for (const found of line.matchAll(pattern)) {
      const within = column >= found.index && column <= found.index + found[0].length;
      const path = decoded((found.slice(1).find((group) => group) ?? '').replace(/[?#].*$/, ''));
      if (within && path !== null && isPicturePath(path)) return path;
    }
  }
  return null;
}

/** A path with its percent signs read; null for broken ones and for addresses elsewhere. */
function decoded(path: string): string | null {
  if (/^([a-z][a-z0-9+.-]+:|\/\/)/i.test(path)) return null;
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that is no escape stands for itself.
    return path;
  }
}
