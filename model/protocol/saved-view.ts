/** A view as a file or a link: what was shown and how, without a single number that a model computed. */
import { HeadlightError } from '../errors.ts';
import type { Selection } from './selection.ts';

/** Where a model, document or picture lies: `built-in:NAME`, `workspace:PATH`, or a URI. */
export type Place = string;

export interface SavedText {
  readonly text: string;
  /** Offset in `text` where the second text of a pair begins, null without one. */
  readonly second: number | null;
  /** Document that it came from, null for a typed sentence. */
  readonly document: Place | null;
  /** Its stretches in the document. */
  readonly stretches: readonly { readonly start: number; readonly length: number }[];
  readonly what: string;
  /** What the decoder of an encoder–decoder should say; left out: what it says itself. */
  readonly target?: string;
}

export interface SavedView {
  /** Version of this format. */
  readonly headlight: 1;
  /** `variant`: the file that the user chose among the model's several forms; left out where the preferred one ran. */
  readonly model: { readonly name: string; readonly place: Place; readonly variant?: string };
  readonly input: SavedText | { readonly picture: Place };
  readonly selection: Partial<Selection>;
  /** The panel's own business: tab, scale, picked heads, pins. */
  readonly look: unknown;
}

export const writeView = (view: SavedView): string => `${JSON.stringify(view, null, 2)}\n`;

/**
 * Reads a saved view.
 * @param name how errors call it: a file's name, `the link`
 * @throws HeadlightError `format` when it is no saved view or a part is missing, `unsupported` when a newer version wrote it
 */
export function readView(json: string, name: string): SavedView {
  const saved = objectIn(json, name);
  if (typeof saved.headlight !== 'number')
    throw new HeadlightError('format', `${name} is no saved view of Headlight: it has no number “headlight”.`);
  if (saved.headlight !== 1) {
    throw new HeadlightError(
      'unsupported',
      `${name} was written by a newer version of Headlight (format ${saved.headlight}). Update the extension.`,
    );
  }
  return {
    headlight: 1,
    model: modelOf(saved.model, name),
    input: inputOf(saved.input, name),
    selection: selectionOf(saved.selection),
    look: saved.look ?? null,
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function objectIn(json: string, name: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new HeadlightError('format', `${name} is no saved view of Headlight: it is not JSON.`, { cause: error });
  }
  if (isObject(value)) return value;
  throw new HeadlightError('format', `${name} is no saved view of Headlight: it holds no object.`);
}

function modelOf(model: unknown, name: string): SavedView['model'] {
  if (isObject(model) && typeof model.name === 'string' && typeof model.place === 'string') {
    const { name: own, place, variant } = model as { name: string; place: string; variant?: unknown };
    return { name: own, place, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
  }
  throw new HeadlightError('format', `${name} does not say which model it shows.`);
}

function inputOf(input: unknown, name: string): SavedView['input'] {
  if (isObject(input) && typeof input.picture === 'string') return { picture: input.picture };
  if (!isObject(input) || typeof input.text !== 'string' || input.text === '') {
    throw new HeadlightError('format', `${name} has neither a text nor a picture.`);
  }
  const { text, second, document, stretches, what, target } = input;
  return {
    text,
    second: isOffset(second) && second < text.length ? second : null,
    document: typeof document === 'string' ? document : null,
    stretches: Array.isArray(stretches) ? stretches.filter(isStretch).map(({ start, length }) => ({ start, length })) : [],
    what: typeof what === 'string' ? what : 'a saved text',
    ...(typeof target === 'string' && target.trim() !== '' ? { target } : {}),
  };
}

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isStretch = (value: unknown): value is { start: number; length: number } =>
  isObject(value) && isOffset(value.start) && isOffset(value.length);

const KINDS: ReadonlySet<unknown> = new Set<Selection['kind']>(['self', 'encoder', 'decoder', 'cross', 'vision', 'text']);

/** What of a selection can be used; the panel brings it to what the run has. */
function selectionOf(selection: unknown): Partial<Selection> {
  if (!isObject(selection)) return {};
  const { kind, layer, head, query, key } = selection;
  const token = (value: unknown) => (isOffset(value) ? value : null);
  return {
    ...(KINDS.has(kind) ? { kind: kind as Selection['kind'] } : {}),
    ...(isOffset(layer) ? { layer } : {}),
    ...(isOffset(head) ? { head } : {}),
    ...(query === undefined ? {} : { query: token(query) }),
    ...(key === undefined ? {} : { key: token(key) }),
  };
}
