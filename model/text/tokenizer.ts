import type { Token } from '../protocol/panel.ts';
import { type AddedToken, addedTokenCutter, addedTokens, type Stretch } from './added-tokens.ts';
import { type Decoder, decoder } from './decoders/index.ts';
import type { Draft, Run } from './draft.ts';
import { isObject, object } from './json.ts';
import { type Model, model } from './models/index.ts';
import { normalizer } from './normalizers/index.ts';
import { type PostProcessor, postProcessor } from './post-processors/index.ts';
import { type PreTokenizer, preTokenizer } from './pre-tokenizers/index.ts';
import { maxLengthOf, specialIds } from './specials.ts';
import { stepsOf } from './steps.ts';
import { Traced } from './traced.ts';
import type { DecodeOptions, EncodeOptions, Encoding, NormalizedText, PipelineStep, SpecialIds, TextRange, Tokenizer } from './types.ts';

/** The pipeline of one tokenizer.json. */
interface Parts {
  readonly cutAdded: (source: Traced) => Stretch[];
  readonly preTokenize: PreTokenizer;
  readonly model: Model;
  readonly postProcess: PostProcessor;
  readonly decode: Decoder;
  readonly added: readonly AddedToken[];
}

/** One text's tokens, before special tokens are put in. */
interface Encoded {
  readonly source: Traced;
  readonly run: Run;
  readonly normalized: NormalizedText;
}

const SURROGATE = /\p{Surrogate}/gu;

/** A lone surrogate is no character: like everything that writes UTF-8, the tokenizer sees U+FFFD there. Length and offsets stay. */
function wellFormed(text: string): string {
  return text.replace(SURROGATE, '\ufffd');
}

/** Marks which source characters something stands for, and lists the runs of those that nothing does. */
class Coverage {
  readonly #seen: Uint8Array;
  constructor(private readonly source: Traced) {
    this.#seen = new Uint8Array(source.length);
  }
  cover(start: number, end: number): void {
    this.#seen.fill(1, start, end);
  }
  gaps(): TextRange[] {
    for (const i of this.source.merged) this.#seen[i] = 1;
    const out: TextRange[] = [];
    for (let a = this.#seen.indexOf(0); a >= 0; ) {
      const next = this.#seen.indexOf(1, a);
      const b = next < 0 ? this.#seen.length : next;
      out.push({ start: this.source.unit(a), end: this.source.unit(b) });
      a = this.#seen.indexOf(0, b);
    }
    return out;
  }
}

class TracedTokenizer implements Tokenizer {
  readonly kind: string;
  readonly vocabularySize: number;
  readonly specials: SpecialIds;
  readonly specialIds: ReadonlySet<number>;
  readonly #pieces: ReadonlyMap<number, string>;
  readonly #addedIds: ReadonlyMap<string, number>;
  readonly #special: ReadonlySet<string>;

  constructor(
    private readonly parts: Parts,
    config: Readonly<Record<string, unknown>>,
    readonly maxLength: number | null,
    readonly steps: readonly PipelineStep[],
  ) {
    this.kind = parts.model.kind;
    this.#pieces = new Map([...parts.model.pieces, ...parts.added.map(({ id, content }): [number, string] => [id, content])]);
    this.#addedIds = new Map(parts.added.map((t) => [t.content, t.id]));
    this.vocabularySize = this.#pieces.size;
    this.#special = new Set(parts.added.filter((t) => t.special).map((t) => t.content));
    this.specialIds = new Set(parts.added.filter((t) => t.special).map((t) => t.id));
    this.specials = specialIds(config, parts.added, (piece) => this.idOf(piece), parts.model.unknown);
  }

  encode(text: string, pair?: string, options: EncodeOptions = {}): Encoding {
    const texts = (pair === undefined ? [text] : [text, pair]).map((t, i) => this.#encodeText(t, i === 0 ? 0 : 1));
    const runs = this.parts.postProcess(
      texts.map((t) => t.run),
      options.specials ?? true,
    );
    let segment: 0 | 1 = 0;
    const tokens = runs.flatMap((run) => {
      segment = run.text ?? segment;
      return run.tokens.map((draft) => finished(draft, segment, texts[run.text ?? 0]!.source));
    });
    const typeIds = runs.flatMap((run) => run.tokens.map(() => run.typeId));
    return { tokens, typeIds, normalized: texts.map((t) => t.normalized) };
  }

  #encodeText(text: string, number: 0 | 1): Encoded {
    const source = Traced.source(wellFormed(text));
    const coverage = new Coverage(source);
    const tokens: Draft[] = [];
    let normalized = '';
    let word = 0;
    for (const stretch of this.parts.cutAdded(source)) {
      normalized += stretch.text.text;
      if (stretch.token !== null) {
        tokens.push({
          id: stretch.token.id,
          piece: stretch.text.text,
          start: stretch.text.start,
          end: stretch.text.end,
          word,
          special: false,
        });
        coverage.cover(stretch.text.start, stretch.text.end);
        word++;
        continue;
      }
      for (const piece of this.parts.preTokenize(stretch.text)) {
        const cuts = this.parts.model.tokenize(piece);
        for (const { id, piece: string, a, b, astray } of cuts) {
          const [start, end] = astray ? source.bytes(...astray) : [piece.startOf(a), piece.endOf(b - 1)];
          tokens.push({ id, piece: string, start, end, word, special: false });
          coverage.cover(start, end);
        }
        word++;
      }
    }
    return { source, run: { tokens, text: number, typeId: number }, normalized: { text: normalized, vanished: coverage.gaps() } };
  }

  decode(ids: readonly number[], options: DecodeOptions = {}): string {
    const pieces = ids.flatMap((id) => this.#pieces.get(id) ?? []);
    // By name, as in the library: a vocabulary may have a special token's name under a second id.
    const kept = options.skipSpecial === true ? pieces.filter((piece) => !this.#special.has(piece)) : pieces;
    return this.parts.decode(kept).join('');
  }

  piece(id: number): string {
    return this.#pieces.get(id) ?? '';
  }

  idOf(piece: string): number | null {
    return this.#addedIds.get(piece) ?? this.parts.model.vocabulary.get(piece) ?? null;
  }
}

function finished(draft: Draft, segment: 0 | 1, source: Traced): Token {
  const { id, piece, special, word } = draft;
  const unit = (at: number) => (special ? 0 : source.unit(Math.min(at, source.length)));
  return { id, piece, start: unit(draft.start), end: unit(draft.end), special, word, segment };
}

/**
 * Reads a tokenizer.json (and the tokenizer_config.json beside it, for names of special tokens and the model's length).
 *
 * Ids, token strings, word numbers and ranges are those of the Rust library `tokenizers` 0.23. A file's `truncation` and `padding` are not applied: how
 * much of a text fits is for the caller to say.
 * @throws HeadlightError 'tokenizer' if the file is malformed or has a component that Headlight does not know, which the sentence names
 */
export function loadTokenizer(tokenizerJson: unknown, tokenizerConfig?: unknown): Tokenizer {
  const json = object(tokenizerJson, 'tokenizer.json');
  const config = isObject(tokenizerConfig) ? tokenizerConfig : {};
  const normalize = normalizer(json.normalizer);
  const vocabularyModel = model(json.model);
  const added = addedTokens(json.added_tokens, vocabularyModel);
  const parts: Parts = {
    cutAdded: addedTokenCutter(added, normalize),
    preTokenize: preTokenizer(json.pre_tokenizer),
    model: vocabularyModel,
    postProcess: postProcessor(json.post_processor),
    decode: decoder(json.decoder),
    added,
  };
  return new TracedTokenizer(parts, config, maxLengthOf(config), stepsOf(json, vocabularyModel.kind));
}
