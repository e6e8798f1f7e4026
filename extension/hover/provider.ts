/** Hover cards: over a text that was run, what the chosen head does; elsewhere, how the active model would read the word. */
import { type CancellationToken, Hover, languages, MarkdownString, type Position, Range, type TextDocument, workspace } from 'vscode';
import { asHeadlightError } from '../../model/errors.ts';
import { regroupRow } from '../../model/text/index.ts';
import { Store } from '../lifetime.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { Panel } from '../panel/panel.ts';
import type { Run } from '../run/run.ts';
import type { Runs } from '../run/runs.ts';
import { nameOf, wordOf } from '../text/lookup.ts';
import { hasTokenizer, type Tokenizers } from '../text/tokenizers.ts';
import { CARD_COMMANDS, plainCard, runCard } from './card.ts';

type When = 'always' | 'visualized' | 'off';
/** A word longer than this is no word. */
const WORD_LIMIT = 200;
/** Characters of a group's name. */
const MOST_NAMED = 40;

export class HoverCards {
  readonly #store = new Store();

  constructor(
    private readonly runs: Runs,
    private readonly panel: Panel,
    private readonly models: ModelRegistry,
    private readonly tokenizers: Tokenizers,
  ) {
    const provideHover = (document: TextDocument, position: Position, token: CancellationToken) => this.#provide(document, position, token);
    this.#store.add(languages.registerHoverProvider({ pattern: '**' }, { provideHover }));
  }

  async #provide(document: TextDocument, position: Position, token: CancellationToken): Promise<Hover | null> {
    const when = workspace.getConfiguration('headlight').get<When>('hover', 'always');
    if (when === 'off') return null;
    const run = this.runs.current;
    const visualized = run?.tracked && run.source.uri === document.uri.toString();
    try {
      const card = visualized ? await this.#runCard(run, document, position, token) : null;
      if (card || when !== 'always' || token.isCancellationRequested) return card;
      return await this.#plainCard(document, position);
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'internal', 'The card could not be made');
      return code === 'cancelled' || code === 'disposed'
        ? null
        : new Hover(markdown(`*Headlight:* ${message.replace(/[<>[\]()*_`]/g, '\\$&')}`));
    }
  }

  async #runCard(run: Run, document: TextDocument, position: Position, token: CancellationToken): Promise<Hover | null> {
    const at = run.tracked?.tokenAt(document.offsetAt(position)) ?? null;
    const { selection } = run;
    if (at === null || !selection || !run.queryInSource || !run.result) return null;
    const own = run.groupsOf('queries')?.find(({ tokens }) => tokens.includes(at)) ?? null;
    const members = own?.tokens ?? wordOf(run.input.tokens, at);
    const { kind, layer, head } = selection;
    const known = selection.query !== null && (at === selection.query || own?.tokens.includes(selection.query)) ? run.weights : null;
    const weights = known ?? (await this.panel.row({ kind, layer, head, token: at, direction: 'from' }, token));
    const groups = run.groupsOf('keys');
    const value = runCard({
      text: run.input.text,
      tokens: run.input.tokens,
      members,
      query: at,
      kind,
      layer,
      head,
      weights: groups ? regroupRow(weights, groups) : weights,
      names: groups ? groups.map(({ label }) => shortName(label)) : run.keyTokens.map((token) => nameOf(run.keyText, token)),
      group: own && own.tokens.length > 1 ? shortName(own.label) : null,
      stale: run.stale,
      pinned: run.pinned && selection.query === at,
    });
    return new Hover(markdown(value), rangeOfWord(run, document, members));
  }

  async #plainCard(document: TextDocument, position: Position): Promise<Hover | null> {
    const range = document.getWordRangeAtPosition(position);
    const model = await this.models.active();
    if (!range || !model) return null;
    const text = document.getText(range);
    const { card } = await model.describe();
    const files = await model.files();
    if (text.length > WORD_LIMIT || card.input === 'image' || !hasTokenizer(files.map(({ path }) => path))) return null;
    // The blank before a word belongs to its token in many vocabularies: the word is read as it stands.
    const before = range.start.character > 0 ? document.getText(new Range(range.start.translate(0, -1), range.start)) : '';
    const lead = before === ' ' ? before : '';
    const { tokens } = await this.tokenizers.encode(model, lead + text, null);
    const placed = tokens.filter(({ start, end, special }) => !special && end > start);
    const place = { document: document.uri.toString(), line: position.line };
    return new Hover(markdown(plainCard({ model: model.name, text: lead + text, tokens: placed, place })), range);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** A group's name where there is little room: a line is cut. */
const shortName = (label: string): string => (label.length > MOST_NAMED ? `${label.slice(0, MOST_NAMED)}…` : label);

function rangeOfWord(run: Run, document: TextDocument, members: readonly number[]): Range | undefined {
  const spans = members.flatMap((member) => run.tracked?.rangeOf(member) ?? []);
  if (spans.length === 0) return undefined;
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.end));
  return new Range(document.positionAt(start), document.positionAt(end));
}

function markdown(value: string): MarkdownString {
  const text = new MarkdownString(value);
  text.isTrusted = { enabledCommands: [...CARD_COMMANDS] };
  return text;
}
