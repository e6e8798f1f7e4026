/** The structure of a JavaScript regular expression (flag u), as far as its running time depends on it. */

export type Node =
  /** One character out of a set. */
  | { readonly kind: 'chars'; readonly set: Samples }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  /** `most` is Infinity for * and +. */
  | { readonly kind: 'repeat'; readonly least: number; readonly most: number; readonly item: Node };

/** Which of the sample characters a set holds; two sets that share a character share a sample (up to what samples can show). */
export type Samples = Uint8Array;

export interface Parsed {
  readonly root: Node;
  /** The insides of look-arounds, which run on their own. */
  readonly inner: readonly Node[];
}

/** Some characters of every kind that classes tell apart. */
const GENERAL = Array.from(
  `${Array.from({ length: 128 }, (_, c) => String.fromCharCode(c)).join('')}\u0085\u00a0\u00aa\u00ad²½Éßé\u0130ǅʰ\u0301\u0378Жжאب٣\u0902कก\u200b\u200d\u2028‿€№Ⅳ①\u3000、あア中\u3099한\ue000\ufeff\ufffd𝐀😀𠀀`,
);

/** Sample characters for one pattern: the general ones, those that it spells out, and their neighbours. */
function samplesFor(source: string): readonly string[] {
  const own = Array.from(source, (c) => c.codePointAt(0)!);
  const escaped = Array.from(source.matchAll(/\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/g), (m) =>
    Number.parseInt(m[1] ?? m[2] ?? m[3]!, 16),
  );
  const points = [...own, ...escaped]
    .flatMap((c) => [c - 1, c, c + 1])
    .filter((c) => c >= 0 && c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000));
  return [...new Set([...GENERAL, ...points.map((c) => String.fromCodePoint(c))])];
}

const EMPTY: Node = { kind: 'sequence', items: [] };
/** An escape, a class, or a single character. */
const ATOM = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|k<[^>]*>|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/uy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/uy;
const GROUP = /\((?:\?(?::|(<?[=!])|<[^>]*>))?/uy;

class Parser {
  #at = 0;
  readonly inner: Node[] = [];
  readonly #samples: readonly string[];
  readonly #sets = new Map<string, Samples>();
  constructor(private readonly source: string) {
    this.#samples = samplesFor(source);
  }

  choice(): Node {
    const options = [this.#sequence()];
    while (this.source[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    // `(?=[a-z])` or `(?![a-z])` before a character narrows that character: so intersections of classes are written.
    let guard: Samples | null = null;
    while (this.#at < this.source.length && this.source[this.#at] !== '|' && this.source[this.#at] !== ')') {
      const look = this.#lookaround();
      if (look !== undefined) {
        if (look !== null) guard = guard === null ? look : both(guard, look);
        continue;
      }
      const item = this.#item();
      items.push(this.#quantified(guard !== null && item.kind === 'chars' ? { kind: 'chars', set: both(guard, item.set) } : item));
      guard = null;
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.source);
  }

  /** A look-around, read whole: undefined if there is none, null if it says nothing of the next character alone. */
  #lookaround(): Samples | null | undefined {
    const open = this.#match(GROUP);
    const kind = open?.[1];
    if (kind === undefined) return undefined;
    this.#at += open![0].length;
    const inside = this.choice();
    this.#at++;
    this.inner.push(inside);
    if (inside.kind !== 'chars' || kind.startsWith('<')) return null;
    return kind === '=' ? inside.set : inside.set.map((bit) => 1 - bit);
  }

  #item(): Node {
    const open = this.#match(GROUP);
    if (open !== null) {
      this.#at += open[0].length;
      const inside = this.choice();
      this.#at++;
      return inside;
    }
    const atom = this.#match(ATOM)![0];
    this.#at += atom.length;
    if (/^(?:\\[bB]|[$^])$/.test(atom)) return EMPTY;
    // What a back-reference matches is not known here: anything.
    return { kind: 'chars', set: this.#set(/^\\(?:[1-9]|k<)/.test(atom) ? '[\\s\\S]' : atom) };
  }

  #quantified(item: Node): Node {
    const found = this.#match(QUANTIFIER);
    if (found === null) return item;
    this.#at += found[0].length;
    const [, sign, from, comma, to] = found;
    const least = sign === undefined ? Number(from) : sign === '+' ? 1 : 0;
    const most =
      sign === undefined
        ? comma === undefined
          ? least
          : to === ''
            ? Number.POSITIVE_INFINITY
            : Number(to)
        : sign === '?'
          ? 1
          : Number.POSITIVE_INFINITY;
    return this.#quantified({ kind: 'repeat', least, most, item });
  }

  #set(atom: string): Samples {
    const known = this.#sets.get(atom);
    if (known !== undefined) return known;
    const test = new RegExp(`^${atom}$`, 'u');
    const set = Uint8Array.from(this.#samples, (c) => (test.test(c) ? 1 : 0));
    this.#sets.set(atom, set);
    return set;
  }
}

function both(a: Samples, b: Samples): Samples {
  return a.map((bit, i) => bit & b[i]!);
}

export function shareCharacter(a: Samples, b: Samples): boolean {
  return a.some((bit, i) => bit === 1 && b[i] === 1);
}

/** The structure of a regular expression that compiles with flag u. */
export function parseRegex(source: string): Parsed {
  const parser = new Parser(source);
  const root = parser.choice();
  return { root, inner: parser.inner };
}
