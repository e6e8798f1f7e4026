/**
 * The words of a hover card, as Markdown. Pure: facts in, text out. Everything that comes from a file is escaped; links are commands of this
 * extension alone.
 */
import type { SiteKind } from '../../model/protocol/engine.ts';
import type { Token } from '../../model/protocol/panel.ts';
import { nameOf, sourceOf } from '../text/lookup.ts';
import { barUri } from './bars.ts';

/** Commands that a card may run. */
export const CARD_COMMANDS = [
  'headlight.openInPanel',
  'headlight.nextHead',
  'headlight.pin',
  'headlight.visualizeAttention',
  'headlight.selectModel',
  'headlight.rerun',
  'headlight.openModelPage',
  'headlight.useModel',
] as const;

/** Seen on dark and on light hovers alike (contrast 3:1 against both). */
const BAR_COLOR = '#3b8eea';
const TOP = 5;
/** Pieces that are listed; a sentence has more. */
const MOST_PIECES = 12;

/** A text between Markdown's signs: none of its characters means anything, none breaks a table. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@"'=^/]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/\r?\n/g, '↵')
    .replace(/\t/g, '⇥')
    .replace(/\p{Cc}/gu, (sign) => `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
}

export function commandLink(words: string, command: (typeof CARD_COMMANDS)[number], ...args: unknown[]): string {
  const query = args.length > 0 ? `?${encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29'))}` : '';
  return `[${words}](command:${command}${query})`;
}

/** `layer 3 · head 1`, with the kind where a model has several. */
export function headName(kind: SiteKind, layer: number, head: number): string {
  return `${kind === 'self' ? '' : `${kind} · `}layer ${layer + 1} · head ${head + 1}`;
}

/** Three significant digits, never 0 for something. */
export function shortWeight(weight: number): string {
  if (weight === 0) return '0';
  if (weight >= 0.001) return weight.toFixed(3);
  return weight.toPrecision(3);
}

function title(text: string, tokens: readonly Token[], members: readonly number[]): string {
  const pieces = members.slice(0, MOST_PIECES).map((index) => {
    const { piece, id } = tokens[index]!;
    return `${escapeMarkdown(piece)} (${id})`;
  });
  const count = members.length === 1 ? '1 token' : `${members.length} tokens`;
  return `**${escapeMarkdown(sourceOf(text, tokens, members).trim() || '␣')}** · ${count}: ${pieces.join(' ')}${members.length > MOST_PIECES ? ' …' : ''}`;
}

export interface RunCard {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Tokens of the word under the pointer. */
  readonly members: readonly number[];
  /** The one of them whose row is shown. */
  readonly query: number;
  readonly kind: SiteKind;
  readonly layer: number;
  readonly head: number;
  /** Weights of the query's row, by key; null when the head has none for it. */
  readonly weights: Float32Array | null;
  /** What the keys are called: tokens (those of the encoder in cross attention), or groups of them. */
  readonly names: readonly string[];
  /** What the query is called where it asks together with others, null where it asks alone. */
  readonly group: string | null;
  readonly stale: boolean;
  readonly pinned: boolean;
}

/** The card of a word in a text that was run. */
export function runCard(card: RunCard): string {
  const lines = [title(card.text, card.tokens, card.members), ''];
  if (card.stale) lines.push(`*The text has changed since the run:* ${commandLink('run again', 'headlight.rerun')}`, '');
  if (card.weights) lines.push(...rows(card, card.weights), '');
  else lines.push('*This head has no row for the token.*', '');
  const links = [
    commandLink('open in panel', 'headlight.openInPanel', card.query),
    commandLink('next head', 'headlight.nextHead'),
    commandLink(card.pinned ? 'unpin' : 'pin', 'headlight.pin', card.query),
  ];
  lines.push(`${headName(card.kind, card.layer, card.head)} · ${links.join(' · ')}`);
  return lines.join('\n');
}

function rows({ names, group, members, query, tokens, text }: RunCard, weights: Float32Array): string[] {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b);
  const top = order.slice(0, TOP).filter((key) => weights[key]! > 0);
  const rest = order.length - top.length;
  const others = order.slice(top.length).reduce((sum, key) => sum + weights[key]!, 0);
  const from = members.length > 1 ? ` from *${escapeMarkdown(group ?? nameOf(text, tokens[query]))}*` : '';
  const table = [`| looks at${from} | | weight |`, '| :-- | :-- | --: |'];
  for (const key of top) {
    const weight = weights[key]!;
    const bar = `![${shortWeight(weight)}](${barUri(weight, BAR_COLOR)})`;
    table.push(`| ${escapeMarkdown(names[key] ?? '')} | ${bar} | ${shortWeight(weight)} |`);
  }
  if (rest > 0) table.push(`| *${rest} more* | | ${shortWeight(others)} |`);
  return table;
}

export interface PlainCard {
  readonly model: string;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Where the word stands, so that the link runs the text around it. */
  readonly place: { readonly document: string; readonly line: number };
}

/** The card of a word in a text that was not run: how the active model would cut it. */
export function plainCard({ model, text, tokens, place }: PlainCard): string {
  const members = tokens.flatMap((token, index) => (token.end > token.start ? [index] : []));
  return [
    title(text, tokens, members),
    '',
    [
      `as ${escapeMarkdown(model)} reads it`,
      commandLink('visualize attention', 'headlight.visualizeAttention', place),
      commandLink('other model', 'headlight.selectModel'),
    ].join(' · '),
  ].join('\n');
}
